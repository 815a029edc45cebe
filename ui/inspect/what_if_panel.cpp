#include "ui/inspect/what_if_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/inspect/probability_bars.h"
#include "ui/inspect/sentence_input.h"
#include "ui/widgets/card.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kSliderSteps = 100;      ///< a scaling of 1
constexpr int kMostSteps = 200;        ///< up to twice the training's strength
constexpr std::size_t kMostBars = 4;
constexpr int kPinHeight = 112;

QString moduleKind(const QString& path) {
  const auto parts = path.split('.');
  if (path.contains(QStringLiteral("attention.output"))) return QStringLiteral("attention.output.dense");
  if (parts.last() == QStringLiteral("dense") && parts.size() > 1) return parts[parts.size() - 2] + QStringLiteral(".dense");
  return parts.last();
}

std::vector<ProbabilityBars::Bar> barsOf(const InspectAnswer& answer, const InspectAnswer& before, std::size_t row, int token) {
  std::vector<ProbabilityBars::Bar> bars;
  const auto add = [&](const QString& name, double now, double then) { bars.push_back({name, now, now - then}); };
  if (!answer.labels.isEmpty()) {
    const std::size_t at = (row < answer.rows.size() ? answer.rows[row].first : 0) + static_cast<std::size_t>(std::max(0, token));
    if (token < 0 || at >= answer.probabilities.size()) return bars;
    const bool same = before.probabilities.size() == answer.probabilities.size();
    for (std::size_t c = 0; c < answer.probabilities[at].size(); ++c)
      add(answer.labels.value(static_cast<qsizetype>(c)), answer.probabilities[at][c],
          same ? before.probabilities[at][c] : answer.probabilities[at][c]);
  } else if (!answer.choices.empty()) {
    for (std::size_t c = 0; c < answer.choices.size(); ++c)
      add(QObject::tr("ending %1").arg(c + 1), answer.choices[c],
          before.choices.size() == answer.choices.size() ? before.choices[c] : answer.choices[c]);
    return bars;
  } else {
    for (const InspectAnswer::Span& span : answer.spans) {
      const auto then = std::find_if(before.spans.begin(), before.spans.end(), [&](const auto& other) {
        return other.begin == span.begin && other.end == span.end;
      });
      add(span.text.isEmpty() ? QObject::tr("(none)") : span.text, span.probability, then != before.spans.end() ? then->probability : 0);
    }
  }
  std::stable_sort(bars.begin(), bars.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
  if (bars.size() > kMostBars) bars.resize(kMostBars);
  return bars;
}

}  // namespace

WhatIfPanel::WhatIfPanel(QWidget* parent)
    : QWidget(parent),
      adapters_card_(new Card(tr("What if"))),
      modules_card_(new Card(tr("Blocks and modules"))),
      bars_card_(new Card(tr("Prediction"))),
      nearest_card_(new Card(tr("Nearest training tokens"))),
      fixed_(makeCaption({})),
      bars_(new ProbabilityBars),
      nearest_(new QLabel),
      nearest_button_(new QPushButton(tr("Search the training data"))),
      pin_button_(new QPushButton(themedIcon(QStringLiteral("pin")), tr("Pin text and settings"))),
      reset_(new QPushButton(tr("Reset"))),
      pins_(new QListWidget) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kPadding);
  reset_->setToolTip(tr("Everything as the model has it"));
  reset_->setEnabled(false);
  adapters_card_->header()->addWidget(reset_);
  fixed_->setWordWrap(true);
  fixed_->hide();
  adapters_card_->body()->addWidget(fixed_);
  bars_card_->body()->addWidget(bars_);
  nearest_->setWordWrap(true);
  nearest_->setTextFormat(Qt::RichText);
  nearest_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  nearest_->setAccessibleName(tr("Nearest training tokens"));
  nearest_card_->body()->addWidget(nearest_);
  nearest_card_->body()->addWidget(nearest_button_, 0, Qt::AlignLeft);
  setHelpTopic(nearest_card_, QStringLiteral("measure.nearest"));
  for (QWidget* card : std::initializer_list<QWidget*>{adapters_card_, modules_card_, bars_card_, nearest_card_, makePinCard()})
    column->addWidget(card);
  column->addStretch(1);
  connect(reset_, &QPushButton::clicked, this, &WhatIfPanel::reset);
  connect(nearest_button_, &QPushButton::clicked, this, &WhatIfPanel::nearestRequested);
  connect(pin_button_, &QPushButton::clicked, this, &WhatIfPanel::pinRequested);
  connect(this, &WhatIfPanel::changed, this, [this] { reset_->setEnabled(!whatIf().isEmpty()); });
}

Card* WhatIfPanel::makePinCard() {
  auto* card = new Card(tr("Pinned"));
  pins_->setAccessibleName(tr("Pinned texts"));
  pins_->setFixedHeight(kPinHeight);
  pins_->hide();
  card->body()->addWidget(pin_button_, 0, Qt::AlignLeft);
  card->body()->addWidget(pins_);
  connect(pins_, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) {
    Q_EMIT pinChosen(item->data(Qt::UserRole).toJsonObject());
  });
  auto* remove = new QAction(tr("Remove the pin"), pins_);
  remove->setShortcut(QKeySequence::Delete);
  remove->setShortcutContext(Qt::WidgetShortcut);
  pins_->addAction(remove);
  pins_->setContextMenuPolicy(Qt::ActionsContextMenu);
  connect(remove, &QAction::triggered, this, [this] {
    if (const QListWidgetItem* item = pins_->currentItem()) Q_EMIT pinRemoved(item->data(Qt::UserRole + 1).toLongLong());
  });
  return card;
}

void WhatIfPanel::setModel(const QJsonObject& description) {
  description_ = description;
  for (const AdapterRow& row : rows_) row.on->parentWidget()->deleteLater();
  rows_.clear();
  for (QWidget* area : {block_area_, module_area_})
    if (area != nullptr) area->deleteLater();
  blocks_.clear();
  modules_.clear();
  const QString fixed = description.value(QStringLiteral("fixed_because")).toString();
  const bool is_free = fixed.isEmpty();
  fixed_->setText(fixed);
  fixed_->setVisible(!is_free);
  modules_card_->setVisible(is_free && !description.isEmpty());
  nearest_button_->setVisible(description.value(QStringLiteral("has_training_data")).toBool());
  nearest_card_->setVisible(description.value(QStringLiteral("has_training_data")).toBool());
  nearest_->clear();
  block_area_ = new QWidget;
  module_area_ = new QWidget;
  auto* block_row = new FlowLayout(block_area_);
  auto* module_row = new FlowLayout(module_area_);
  modules_card_->body()->addWidget(block_area_);
  modules_card_->body()->addWidget(module_area_);
  reset_->setEnabled(false);
  if (!is_free) return;
  const QJsonArray adapters = description.value(QStringLiteral("adapters")).toArray();
  for (const QJsonValue& name : adapters) addAdapterRow(name.toString());
  std::set<int> blocks;
  const QJsonArray numbers = description.value(QStringLiteral("blocks")).toArray();
  for (const QJsonValue& block : numbers)
    if (block.toInt(-1) >= 0) blocks.insert(block.toInt());
  for (const int block : blocks) addSwitch(QString::number(block), tr("Block %1").arg(block), block_row, blocks_);
  QStringList kinds;
  const QJsonArray modules = description.value(QStringLiteral("modules")).toArray();
  for (const QJsonValue& module : modules)
    if (!kinds.contains(moduleKind(module.toString()))) kinds.append(moduleKind(module.toString()));
  for (const QString& kind : kinds) addSwitch(kind, tr("All modules %1").arg(kind), module_row, modules_);
}

void WhatIfPanel::addAdapterRow(const QString& name) {
  auto* area = new QWidget;
  auto* grid = new QGridLayout(area);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(kGap);
  grid->setVerticalSpacing(2);
  AdapterRow row{name, new QCheckBox(name), new QSlider(Qt::Horizontal), makeCaption({}), new QToolButton, {}, 1};
  row.on->setChecked(true);
  row.on->setToolTip(tr("Switch %1 on or off").arg(name));
  row.slider->setRange(0, kMostSteps);
  row.slider->setPageStep(10);
  row.slider->setAccessibleName(tr("Scaling of %1").arg(name));
  row.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  row.value->setMinimumWidth(QFontMetrics(captionFont()).horizontalAdvance(QStringLiteral("trained")) + 2);
  row.back->setText(description_.value(QStringLiteral("gate")).toBool() ? tr("gate") : tr("trained"));
  row.back->setToolTip(tr("As the model has it"));
  row.back->setAccessibleName(tr("Scaling of %1 as the model has it").arg(name));
  row.back->setFont(captionFont());
  row.back->setEnabled(false);
  grid->addWidget(row.on, 0, 0);
  grid->addWidget(row.value, 0, 1);
  grid->addWidget(row.slider, 1, 0);
  grid->addWidget(row.back, 1, 1);
  grid->setColumnStretch(0, 1);
  adapters_card_->body()->addWidget(area);
  rows_.push_back(row);
  const std::size_t number = rows_.size() - 1;
  showValue(rows_.back());
  connect(row.on, &QCheckBox::toggled, this, [this, number] {
    showValue(rows_[number]);
    Q_EMIT changed();
  });
  connect(row.slider, &QSlider::valueChanged, this, [this, number](int value) {
    rows_[number].set = static_cast<double>(value) / kSliderSteps;
    showValue(rows_[number]);
    Q_EMIT changed();
  });
  connect(row.back, &QToolButton::clicked, this, [this, number] {
    rows_[number].set.reset();
    showValue(rows_[number]);
    Q_EMIT changed();
  });
}

void WhatIfPanel::addSwitch(const QString& text, const QString& tip, FlowLayout* layout, std::vector<QToolButton*>& into) {
  auto* button = new QToolButton;
  button->setText(text);
  button->setFont(captionFont());
  button->setCheckable(true);
  button->setChecked(true);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  layout->addWidget(button);
  into.push_back(button);
  connect(button, &QToolButton::toggled, this, &WhatIfPanel::changed);
}

void WhatIfPanel::showValue(AdapterRow& row) {
  const QSignalBlocker quiet(row.slider);
  const bool gated = description_.value(QStringLiteral("gate")).toBool();
  row.slider->setValue(static_cast<int>(row.set.value_or(row.mean) * kSliderSteps + 0.5));
  row.slider->setEnabled(row.on->isChecked());
  row.back->setEnabled(row.set.has_value());
  row.value->setText(!row.on->isChecked() ? tr("off")
                     : row.set            ? QString::number(*row.set, 'f', 2)
                     : gated              ? tr("gate")
                                          : tr("trained"));
}

QJsonObject WhatIfPanel::whatIf() const {
  QJsonObject what_if;
  QJsonArray without, set, modules_off, blocks_off;
  for (const AdapterRow& row : rows_) {
    if (!row.on->isChecked()) {
      without.append(row.name);
    } else if (row.set) {
      set.append(QJsonObject{{QStringLiteral("adapter"), row.name}, {QStringLiteral("value"), *row.set}});
    }
  }
  for (const QToolButton* block : blocks_)
    if (!block->isChecked()) blocks_off.append(block->text().toInt());
  for (const QToolButton* module : modules_)
    if (!module->isChecked()) modules_off.append(module->text());
  if (!without.isEmpty()) what_if.insert(QStringLiteral("without"), without);
  if (!set.isEmpty()) what_if.insert(QStringLiteral("set"), set);
  if (!modules_off.isEmpty()) what_if.insert(QStringLiteral("modules_off"), modules_off);
  if (!blocks_off.isEmpty()) what_if.insert(QStringLiteral("blocks_off"), blocks_off);
  return what_if;
}

void WhatIfPanel::setWhatIf(const QJsonObject& what_if) {
  {
    const QSignalBlocker quiet(this);
    const QJsonArray without = what_if.value(QStringLiteral("without")).toArray();
    const QJsonArray set = what_if.value(QStringLiteral("set")).toArray();
    for (AdapterRow& row : rows_) {
      row.set.reset();
      for (const QJsonValue& setting : set)
        if (setting[QStringLiteral("adapter")].toString() == row.name) row.set = setting[QStringLiteral("value")].toDouble();
      row.on->setChecked(!without.contains(row.name));
      showValue(row);
    }
    const QJsonArray blocks = what_if.value(QStringLiteral("blocks_off")).toArray();
    for (QToolButton* block : blocks_) block->setChecked(!blocks.contains(block->text().toInt()));
    const QJsonArray modules = what_if.value(QStringLiteral("modules_off")).toArray();
    for (QToolButton* module : modules_) module->setChecked(!modules.contains(module->text()));
  }
  Q_EMIT changed();
}

void WhatIfPanel::reset() { setWhatIf({}); }

void WhatIfPanel::setMeans(const std::vector<double>& means) {
  for (std::size_t n = 0; n < std::min(means.size(), rows_.size()); ++n) {
    rows_[n].mean = means[n];
    showValue(rows_[n]);
  }
}

void WhatIfPanel::setBars(const QString& title, const InspectAnswer& answer, const InspectAnswer& before, std::size_t row,
                          int token) {
  bars_card_->setTitle(title);
  const bool changed = !whatIf().isEmpty();
  bars_card_->setNote(changed ? tr("against the unchanged model") : QString());
  bars_->setBars(barsOf(answer, before, row, token), changed);
  bars_card_->setVisible(!bars_->bars().empty());
}

void WhatIfPanel::setNearest(const QJsonObject& answer) {
  const QString grey = coloursOf(this).secondary.name();
  QStringList lines;
  const QJsonArray tokens = answer.value(QStringLiteral("tokens")).toArray();
  for (const QJsonValue& token : tokens) {
    const auto text = [&](const char* key) { return token[QLatin1String(key)].toString().toHtmlEscaped(); };
    lines.append(QStringLiteral("%1 <b>%2</b> %3 <span style=\"color:%4\">%5</span>")
                     .arg(text("before"), text("text"), text("after"), grey)
                     .arg(token[QStringLiteral("similarity")].toDouble(), 0, 'f', 2));
  }
  nearest_->setText(lines.join(QStringLiteral("<br>")));
}

void WhatIfPanel::setNearestMessage(const QString& text) { nearest_->setText(text.toHtmlEscaped()); }

void WhatIfPanel::setPins(const std::vector<store::PinRecord>& pins) {
  pins_->clear();
  for (const store::PinRecord& pin : pins) {
    const QJsonObject content = QJsonDocument::fromJson(QByteArray::fromStdString(pin.content)).object();
    QString text = inputText(content.value(QStringLiteral("input")).toObject());
    if (!content.value(QStringLiteral("what_if")).toObject().isEmpty()) text += tr(" (what if)");
    auto* item = new QListWidgetItem(text, pins_);
    item->setToolTip(text);
    item->setData(Qt::UserRole, content);
    item->setData(Qt::UserRole + 1, static_cast<qlonglong>(pin.id));
  }
  pins_->setVisible(!pins.empty());
}

}  // namespace lorascope::ui
