#include "ui/plots/table_export_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

#include "core/figures/table_text.h"
#include "ui/plots/export_file.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const QStringList kEndings = {QStringLiteral("tex"), QStringLiteral("csv"), QStringLiteral("md")};
const QString kDigitsKey = QStringLiteral("export/digits");
constexpr int kPreviewHeight = 150;

QString slug(const QString& text) {
  return exportName(text, QStringLiteral("table"));
}

}  // namespace

TableExportPanel::TableExportPanel(QWidget* parent)
    : QWidget(parent),
      format_(new QComboBox),
      column_(new QComboBox),
      decimals_(new QSpinBox),
      singles_(new QCheckBox(tr("single seeds"))),
      bold_(new QCheckBox(tr("best bold"))),
      marks_(new QCheckBox(tr("significance"))),
      caption_(new QLineEdit),
      label_(new QLineEdit),
      file_(new QLineEdit),
      preview_(new QPlainTextEdit),
      message_(new MessageBar) {
  format_->addItems({QStringLiteral("LaTeX"), QStringLiteral("CSV"), QStringLiteral("Markdown")});
  decimals_->setRange(0, 8);
  for (QCheckBox* box : {singles_, bold_, marks_}) box->setChecked(true);
  preview_->setReadOnly(true);
  preview_->setProperty("role", "field");
  preview_->setFont(fixedFont());
  preview_->setLineWrapMode(QPlainTextEdit::NoWrap);
  preview_->setMinimumHeight(kPreviewHeight);
  preview_->setTabChangesFocus(true);
  preview_->setAccessibleName(tr("The export as it will be written"));
  makeForm();
  followFields();
}

void TableExportPanel::makeForm() {
  auto* form = new QGridLayout(this);
  form->setContentsMargins(0, 4, 0, 0);
  form->setHorizontalSpacing(kGap);
  form->setVerticalSpacing(6);
  const auto add = [&](int row, int column, const QString& name, QWidget* field, int span = 1) {
    QLabel* caption = makeCaption(name);
    form->addWidget(caption, row, column);
    form->addWidget(field, row, column + 1, 1, span);
    field->setAccessibleName(name);
    return caption;
  };
  add(0, 0, tr("format"), format_);
  label_name_ = add(0, 2, tr("label"), label_, 3);
  caption_name_ = add(1, 0, tr("caption"), caption_, 5);
  add(2, 0, tr("digits of"), column_);
  add(2, 2, tr("decimals"), decimals_);
  auto* choices = new QHBoxLayout;
  choices->setSpacing(kSectionGap);
  for (QCheckBox* box : {singles_, bold_, marks_}) choices->addWidget(box);
  choices->addStretch(1);
  form->addLayout(choices, 3, 1, 1, 5);
  form->addWidget(preview_, 4, 0, 1, 6);
  form->addWidget(file_, 5, 0, 1, 3);
  file_->setAccessibleName(tr("File to write"));
  auto* choose = new QPushButton(tr("Choose file…"));
  auto* save = new QPushButton(tr("Save"));
  save->setProperty("role", "primary");
  auto* close = new QPushButton(tr("Close"));
  form->addWidget(choose, 5, 3);
  form->addWidget(save, 5, 4);
  form->addWidget(close, 5, 5);
  form->addWidget(message_, 6, 0, 1, 6);
  form->setRowStretch(4, 1);
  form->setColumnStretch(1, 1);
  connect(choose, &QPushButton::clicked, this, &TableExportPanel::chooseFile);
  connect(save, &QPushButton::clicked, this, &TableExportPanel::save);
  connect(close, &QPushButton::clicked, this, &TableExportPanel::closed);
}

void TableExportPanel::followFields() {
  connect(format_, &QComboBox::currentIndexChanged, this, [this] {
    file_->setText(withEnding(file_->text(), kEndings[format_->currentIndex()]));
    refresh();
  });
  connect(column_, &QComboBox::currentIndexChanged, this, &TableExportPanel::showDigits);
  connect(decimals_, &QSpinBox::valueChanged, this, [this](int digits) {
    if (column_->currentText().isEmpty()) return;
    digits_[column_->currentText().toStdString()] = digits;
    if (remembers_) QSettings().setValue(kDigitsKey + '/' + slug(column_->currentText()), digits);
    changed();
  });
  for (QCheckBox* box : {singles_, bold_, marks_}) {
    connect(box, &QCheckBox::toggled, this, &TableExportPanel::changed);
  }
  connect(caption_, &QLineEdit::textChanged, this, &TableExportPanel::refresh);
  connect(label_, &QLineEdit::textChanged, this, &TableExportPanel::refresh);
}

TableExportPanel::Format TableExportPanel::format() const {
  return static_cast<Format>(format_->currentIndex());
}

QString TableExportPanel::file() const {
  return file_->text();
}

void TableExportPanel::setFormat(Format format) {
  format_->setCurrentIndex(static_cast<int>(format));
}

void TableExportPanel::setFile(const QString& file) {
  const auto index = kEndings.indexOf(QFileInfo(file).suffix().toLower());
  if (index >= 0) format_->setCurrentIndex(static_cast<int>(index));
  file_->setText(file);
}

void TableExportPanel::setTable(figures::TableData table) {
  const bool other = table.title != table_.title || file_->text().isEmpty();
  table_ = std::move(table);
  if (other) {
    const QString title = QString::fromStdString(table_.title);
    file_->setText(exportPath(slug(title), kEndings[format_->currentIndex()]));
    if (remembers_) {
      caption_->setText(title +
                        (table_.note.empty() ? QString() : QStringLiteral(": ") + QString::fromStdString(table_.note)));
      label_->setText(slug(title));
    }
  }
  fillColumns();
  refresh();
}

void TableExportPanel::fillColumns() {
  const QString chosen = column_->currentText();
  column_->blockSignals(true);
  column_->clear();
  for (std::size_t i = 1; i < table_.columns.size(); ++i) {
    const QString name = QString::fromStdString(table_.columns[i].name);
    column_->addItem(name);
    if (!remembers_) continue;
    const QVariant kept = QSettings().value(kDigitsKey + '/' + slug(name));
    if (kept.isValid()) digits_[table_.columns[i].name] = kept.toInt();
  }
  column_->setCurrentIndex(std::max(0, column_->findText(chosen)));
  column_->blockSignals(false);
  showDigits();
}

void TableExportPanel::showDigits() {
  const std::string name = column_->currentText().toStdString();
  for (const figures::TableColumn& column : table_.columns) {
    if (column.name != name) continue;
    const auto own = digits_.find(name);
    decimals_->blockSignals(true);
    decimals_->setValue(own != digits_.end() ? own->second : column.digits);
    decimals_->blockSignals(false);
  }
}

figures::TableData TableExportPanel::shaped() const {
  figures::TableData table = table_;
  table.title = caption_->text().toStdString();
  table.note.clear();
  return figures::styled_table(std::move(table), reportStyle());
}

figures::ReportStyle TableExportPanel::reportStyle() const {
  figures::ReportStyle style;
  style.digits = digits_;
  style.single_runs = singles_->isChecked();
  style.best_bold = bold_->isChecked();
  style.marks = marks_->isChecked();
  return style;
}

void TableExportPanel::setReportStyle(const figures::ReportStyle& style) {
  showing_ = true;
  remembers_ = false;
  digits_ = style.digits;
  singles_->setChecked(style.single_runs);
  bold_->setChecked(style.best_bold);
  marks_->setChecked(style.marks);
  showDigits();
  showing_ = false;
  refresh();
}

void TableExportPanel::setTexts(const QString& caption, const QString& label) {
  for (QWidget* field : std::initializer_list<QWidget*>{caption_, label_, caption_name_, label_name_}) field->hide();
  caption_->setText(caption);
  label_->setText(label);
}

void TableExportPanel::changed() {
  refresh();
  if (!showing_) Q_EMIT styleChanged();
}

std::string TableExportPanel::text() const {
  const figures::TableData table = shaped();
  switch (format()) {
    case Format::Csv:
      return figures::csv_table(table);
    case Format::Markdown:
      return figures::markdown_table(table);
    case Format::Latex:
      break;
  }
  return figures::latex_table(table, {.label = label_->text().toStdString()});
}

void TableExportPanel::refresh() {
  const bool latex = format() == Format::Latex;
  label_->setEnabled(latex);
  caption_->setEnabled(latex);
  decimals_->setEnabled(format() != Format::Csv);
  preview_->setPlainText(QString::fromStdString(text()));
}

void TableExportPanel::chooseFile() {
  chooseExportFile(this, tr("Export the table"), file_->text(), tr("Tables (*.tex *.csv *.md)"),
                   [this](const QString& file) { setFile(file); });
}

bool TableExportPanel::save() {
  return saveExport(file(), [this] { return text(); }, *message_);
}

void TableExportPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT closed();
  } else {
    QWidget::keyPressEvent(event);
  }
}

}  // namespace lorascope::ui
