#pragma once

#include <QJsonObject>

#include "core/figures/table_data.h"
#include "ui/plots/table_card.h"

class QPushButton;

namespace lorascope::ui {

class MessageBar;

/// Means by class over a file or over the pinned texts, as a table that can be copied and exported.
class AggregateCard : public TableCard {
  Q_OBJECT

 public:
  explicit AggregateCard(QWidget* parent = nullptr);

  QPushButton* fileButton() const { return file_; }
  QPushButton* pinsButton() const { return pins_; }
  QPushButton* cancelButton() const { return cancel_; }
  /// How many texts are pinned for this task.
  void setNumPinned(std::size_t count);
  /// Lets somebody choose a file, or takes this one.
  void chooseFile();
  void setRunning(const QString& file);
  void setAnswer(const QJsonObject& answer);
  void setError(const QString& message, const QString& hint);
  MessageBar* messages() const { return messages_; }

 Q_SIGNALS:
  void fileChosen(const QString& file);
  void pinsRequested();
  void cancelled();

 private:
  void setIdle();

  QPushButton *file_, *pins_, *cancel_;
  std::size_t num_pinned_ = 0;
  MessageBar* messages_;
};

/// The "table" of an answer to "aggregate".
figures::TableData aggregateTable(const QJsonObject& answer);

}  // namespace lorascope::ui
