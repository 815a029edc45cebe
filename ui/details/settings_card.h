#pragma once

#include <string>

#include "ui/widgets/card.h"

class QLineEdit;
class QToolButton;

namespace lorascope::ui {

class KeyValueList;

/// All settings of a run: those changed from their default first, the others behind one button, a search over both.
class SettingsCard : public Card {
  Q_OBJECT

 public:
  explicit SettingsCard(QWidget* parent = nullptr);

  /// Canonical settings as stored with the run.
  void setSettings(const std::string& json);

 private:
  void fill();

  std::string json_;
  QLineEdit* search_;
  QWidget* changed_title_;
  KeyValueList* changed_;
  QToolButton* all_button_;
  KeyValueList* others_;
};

}  // namespace lorascope::ui
