#pragma once

#include <vector>

#include "ui/study/study_draft.h"
#include "ui/widgets/card.h"

class QLineEdit;
class QComboBox;

namespace lorascope::ui {

/// The methods of a study: one row each with its name, its kind and the settings that are its own, written as
/// "training.learning_rate = 1e-3; lora.rank = 4".
class MethodList : public Card {
  Q_OBJECT

 public:
  explicit MethodList(QWidget* parent = nullptr);

  void setMethods(const std::vector<DraftMethod>& methods);
  std::vector<DraftMethod> methods() const;

 Q_SIGNALS:
  void methodsChanged();

 private:
  struct Row {
    QWidget* widget;
    QLineEdit* name;
    QComboBox* method;
    QLineEdit* settings;
  };

  void addRow(const DraftMethod& method);
  void removeRow(QWidget* widget);

  std::vector<Row> rows_;
  QVBoxLayout* list_;
};

/// "training.learning_rate = 1e-3; lora.rank = 4" to keys and values, and back.
std::map<std::string, std::string> settingsFromLine(const QString& line);
QString lineOf(const std::map<std::string, std::string>& settings);

/// The grid of a study: a setting and the values that it takes.
class GridList : public Card {
  Q_OBJECT

 public:
  explicit GridList(QWidget* parent = nullptr);

  void setGrid(const std::vector<std::pair<std::string, std::string>>& grid);
  std::vector<std::pair<std::string, std::string>> grid() const;

 Q_SIGNALS:
  void gridChanged();

 private:
  struct Row {
    QWidget* widget;
    QComboBox* key;
    QLineEdit* values;
  };

  void addRow(const std::string& key, const std::string& values);
  void removeRow(QWidget* widget);

  std::vector<Row> rows_;
  QVBoxLayout* list_;
};

}  // namespace lorascope::ui
