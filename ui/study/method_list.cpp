#include "ui/study/method_list.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>
#include <algorithm>

#include "core/study/settings_fields.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const std::vector<std::pair<std::string, QString>>& kinds() {
  static const std::vector<std::pair<std::string, QString>> all = {
      {"ft", QObject::tr("full fine-tuning")}, {"lora", QObject::tr("LoRA")}, {"xlora", QObject::tr("X-LoRA")}};
  return all;
}

QToolButton* addButton(Card* card, const QString& text, const QString& tip) {
  auto* button = new QToolButton;
  button->setText(text);
  button->setIcon(themedIcon(QStringLiteral("plus"), IconTone::Secondary));
  button->setIconSize(QSize(14, 14));
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  card->header()->addWidget(button);
  return button;
}

QVBoxLayout* addColumn(Card* card) {
  auto* column = new QVBoxLayout;
  column->setSpacing(4);
  card->body()->addLayout(column);
  return column;
}

/// "[5e-5, 1e-3]" from "5e-5, 1e-3".
std::string listText(const QString& typed) {
  const QString text = typed.trimmed();
  if (text.startsWith('[')) return text.toStdString();
  QStringList values;
  for (const QString& value : text.split(',', Qt::SkipEmptyParts)) {
    values.append(QString::fromStdString(tomlValue(value)));
  }
  return '[' + values.join(QStringLiteral(", ")).toStdString() + ']';
}

}  // namespace

std::map<std::string, std::string> settingsFromLine(const QString& line) {
  std::map<std::string, std::string> settings;
  for (const QString& part : line.split(';', Qt::SkipEmptyParts)) {
    const qsizetype equals = part.indexOf('=');
    const QString key = part.left(equals).trimmed();
    if (!key.isEmpty()) settings[key.toStdString()] = equals < 0 ? "\"\"" : tomlValue(part.mid(equals + 1));
  }
  return settings;
}

QString lineOf(const std::map<std::string, std::string>& settings) {
  QStringList parts;
  for (const auto& [key, value] : settings) parts.append(QString::fromStdString(key + " = " + value));
  return parts.join(QStringLiteral("; "));
}

MethodList::MethodList(QWidget* parent) : Card(tr("Methods"), parent) {
  list_ = addColumn(this);
  QToolButton* add = addButton(this, tr("method"), tr("Add a method"));
  connect(add, &QToolButton::clicked, this, [this] {
    addRow({tr("LoRA %1").arg(rows_.size() + 1), "lora", {}});
    Q_EMIT methodsChanged();
  });
}

void MethodList::addRow(const DraftMethod& method) {
  auto* widget = new QWidget;
  auto* layout = new QHBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  Row row{widget, new QLineEdit(method.name), new QComboBox, new QLineEdit(lineOf(method.settings))};
  const QString number = QString::number(rows_.size() + 1);
  row.name->setAccessibleName(tr("Name of method %1").arg(number));
  row.name->setPlaceholderText(tr("name"));
  row.settings->setAccessibleName(tr("Settings of method %1").arg(number));
  row.settings->setPlaceholderText(tr("as the study; else lora.rank = 4; training.learning_rate = 1e-3"));
  row.settings->setToolTip(row.settings->placeholderText());
  row.method->setAccessibleName(tr("Kind of method %1").arg(number));
  for (const auto& [kind, name] : kinds()) row.method->addItem(name, QString::fromStdString(kind));
  row.method->setCurrentIndex(std::max(0, row.method->findData(QString::fromStdString(method.method))));
  auto* remove = makeIconButton(QStringLiteral("close"), tr("Remove method %1").arg(number));
  row.name->setMinimumWidth(90);
  layout->addWidget(row.name, 2);
  layout->addWidget(row.method);
  layout->addWidget(row.settings, 3);
  layout->addWidget(remove);
  list_->addWidget(widget);
  connect(remove, &QToolButton::clicked, this, [this, widget] { removeRow(widget); });
  connect(row.name, &QLineEdit::textChanged, this, &MethodList::methodsChanged);
  connect(row.settings, &QLineEdit::textChanged, this, &MethodList::methodsChanged);
  connect(row.method, &QComboBox::currentIndexChanged, this, &MethodList::methodsChanged);
  rows_.push_back(row);
}

void MethodList::removeRow(QWidget* widget) {
  std::erase_if(rows_, [widget](const Row& row) { return row.widget == widget; });
  widget->deleteLater();
  Q_EMIT methodsChanged();
}

void MethodList::setMethods(const std::vector<DraftMethod>& methods) {
  for (const Row& row : rows_) delete row.widget;
  rows_.clear();
  for (const DraftMethod& method : methods) addRow(method);
}

std::vector<DraftMethod> MethodList::methods() const {
  std::vector<DraftMethod> methods;
  for (const Row& row : rows_) {
    methods.push_back({row.name->text().trimmed(), row.method->currentData().toString().toStdString(),
                       settingsFromLine(row.settings->text())});
  }
  return methods;
}

GridList::GridList(QWidget* parent) : Card(tr("Grid"), parent) {
  setNote(tr("every combination becomes a run"));
  list_ = addColumn(this);
  QToolButton* add = addButton(this, tr("setting"), tr("Vary a setting"));
  connect(add, &QToolButton::clicked, this, [this] {
    addRow("training.learning_rate", "[5e-5, 1e-3]");
    Q_EMIT gridChanged();
  });
}

void GridList::addRow(const std::string& key, const std::string& values) {
  auto* widget = new QWidget;
  auto* layout = new QHBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  Row row{widget, new QComboBox, new QLineEdit(QString::fromStdString(values))};
  row.key->setAccessibleName(tr("Setting %1 of the grid").arg(rows_.size() + 1));
  row.values->setAccessibleName(tr("Values %1 of the grid").arg(rows_.size() + 1));
  for (const study::SettingsField& field : study::settings_fields()) {
    const bool can_vary = field.key == "model" || field.key.starts_with("lora.") ||
                          (field.key.starts_with("training.") && field.key != "training.seed");
    if (can_vary) row.key->addItem(QString::fromStdString(field.key));
  }
  row.key->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  row.key->setMinimumContentsLength(18);
  row.key->setCurrentText(QString::fromStdString(key));
  auto* remove = makeIconButton(QStringLiteral("close"), tr("Remove this setting from the grid"));
  layout->addWidget(row.key, 2);
  layout->addWidget(row.values, 3);
  layout->addWidget(remove);
  list_->addWidget(widget);
  connect(remove, &QToolButton::clicked, this, [this, widget] { removeRow(widget); });
  connect(row.key, &QComboBox::currentIndexChanged, this, &GridList::gridChanged);
  connect(row.values, &QLineEdit::textChanged, this, &GridList::gridChanged);
  rows_.push_back(row);
}

void GridList::removeRow(QWidget* widget) {
  std::erase_if(rows_, [widget](const Row& row) { return row.widget == widget; });
  widget->deleteLater();
  Q_EMIT gridChanged();
}

void GridList::setGrid(const std::vector<std::pair<std::string, std::string>>& grid) {
  for (const Row& row : rows_) delete row.widget;
  rows_.clear();
  for (const auto& [key, values] : grid) addRow(key, values);
}

std::vector<std::pair<std::string, std::string>> GridList::grid() const {
  std::vector<std::pair<std::string, std::string>> grid;
  for (const Row& row : rows_) grid.emplace_back(row.key->currentText().toStdString(), listText(row.values->text()));
  return grid;
}

}  // namespace lorascope::ui
