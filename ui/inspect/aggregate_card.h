#pragma once

#include <QJsonObject>

#include "core/figures/table_data.h"
#include "ui/plots/table_card.h"

class QPushButton;

namespace lorascope::ui {

class MessageBar;

/// Means by class over a file, as a table that can be copied and exported.
class AggregateCard : public TableCard {
  Q_OBJECT

 public:
  explicit AggregateCard(QWidget* parent = nullptr);

  QPushButton* fileButton() const { return file_; }
  QPushButton* cancelButton() const { return cancel_; }
  /// Lets somebody choose a file, or takes this one.
  void chooseFile();
  void setRunning(const QString& file);
  void setAnswer(const QJsonObject& answer);
  void setError(const QString& message, const QString& hint);
  MessageBar* messages() const { return messages_; }

 Q_SIGNALS:
  void fileChosen(const QString& file);
  void cancelled();

 private:
  QPushButton *file_, *cancel_;
  MessageBar* messages_;
};

/// The "table" of an answer to "aggregate".
figures::TableData aggregateTable(const QJsonObject& answer);

}  // namespace lorascope::ui
