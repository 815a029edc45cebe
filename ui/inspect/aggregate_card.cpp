#include "ui/inspect/aggregate_card.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

figures::TableData aggregateTable(const QJsonObject& answer) {
  const QJsonObject json = answer.value(QStringLiteral("table")).toObject();
  figures::TableData table;
  table.title = json.value(QStringLiteral("title")).toString().toStdString();
  table.note = json.value(QStringLiteral("note")).toString().toStdString();
  const QJsonArray columns = json.value(QStringLiteral("columns")).toArray();
  for (const QJsonValue& column : columns) {
    const bool is_first = table.columns.empty();
    const bool is_count = QStringList{QStringLiteral("texts"), QStringLiteral("words"), QStringLiteral("tokens")}.contains(column.toString());
    table.columns.push_back({column.toString().toStdString(), "", is_first ? figures::Align::Left : figures::Align::Right,
                             is_count ? 0 : 3});
  }
  const QJsonArray rows = json.value(QStringLiteral("rows")).toArray();
  for (const QJsonValue& row : rows) {
    figures::TableRow line;
    const QJsonArray cells = row.toArray();
    for (const QJsonValue& cell : cells) {
      if (cell.isString())
        line.cells.push_back({cell.toString().toStdString(), {}, {}});
      else
        line.cells.push_back({"", cell.toDouble(), {}});
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

AggregateCard::AggregateCard(QWidget* parent)
    : TableCard(tr("By class over many texts"), parent),
      file_(new QPushButton(tr("Choose a file"))),
      pins_(new QPushButton),
      cancel_(new QPushButton(tr("Cancel"))),
      messages_(new MessageBar) {
  file_->setToolTip(tr("Data of the task, minimal pairs (.csv), a treebank (.conllu) or lines (.txt)"));
  pins_->setToolTip(tr("Mean scalings, shares and counts of predictions over the pinned texts"));
  cancel_->hide();
  setNumPinned(0);
  auto* row = new QHBoxLayout;
  row->addWidget(file_);
  row->addWidget(pins_);
  row->addWidget(cancel_);
  row->addStretch(1);
  body()->insertLayout(0, row);
  body()->insertWidget(1, messages_);
  view()->hide();
  connect(file_, &QPushButton::clicked, this, &AggregateCard::chooseFile);
  connect(pins_, &QPushButton::clicked, this, &AggregateCard::pinsRequested);
  connect(cancel_, &QPushButton::clicked, this, [this] {
    setIdle();
    setNote({});
    Q_EMIT cancelled();
  });
}

void AggregateCard::setNumPinned(std::size_t count) {
  num_pinned_ = count;
  pins_->setText(tr("Pinned texts (%1)").arg(count));
  pins_->setEnabled(count > 0 && cancel_->isHidden());
}

void AggregateCard::setIdle() {
  cancel_->hide();
  file_->setEnabled(true);
  pins_->setEnabled(num_pinned_ > 0);
}

void AggregateCard::chooseFile() {
  QSettings settings;
  const QString file = QFileDialog::getOpenFileName(this, tr("Means by class over a file"),
                                                    settings.value(QStringLiteral("inspect/folder")).toString());
  if (file.isEmpty()) return;
  settings.setValue(QStringLiteral("inspect/folder"), QFileInfo(file).absolutePath());
  Q_EMIT fileChosen(file);
}

void AggregateCard::setRunning(const QString& file) {
  messages_->clear();
  setNote(tr("reading %1 …").arg(QFileInfo(file).fileName()));
  file_->setEnabled(false);
  pins_->setEnabled(false);
  cancel_->show();
}

void AggregateCard::setAnswer(const QJsonObject& answer) {
  setIdle();
  messages_->clear();
  figures::TableData table = aggregateTable(answer);
  table.note += ", n = " + std::to_string(answer.value(QStringLiteral("texts")).toInt()) + " texts";
  view()->show();
  setTable(std::move(table));
}

void AggregateCard::setError(const QString& message, const QString& hint) {
  setIdle();
  setNote({});
  messages_->showMessage(Tone::Error, message, hint);
}

}  // namespace lorascope::ui
