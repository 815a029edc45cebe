#include "ui/report/report_tab.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/figures/report_presets.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/table_export_panel.h"
#include "ui/report/caption_edit.h"
#include "ui/report/kit_bar.h"
#include "ui/report/preset_run.h"
#include "ui/report/program_presets.h"
#include "ui/report/report_edits.h"
#include "ui/report/report_list.h"
#include "ui/report/report_pins.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kListWidth = 220;
constexpr int kStyleSoonMs = 250;

}  // namespace

ReportTab::ReportTab(SessionModel* session, LorascopeProgram* program, QUndoStack* undo, QWidget* parent)
    : QWidget(parent),
      session_(session),
      book_(new ReportBook(session, this)),
      edits_(new ReportEdits(session, undo, this)),
      pins_(new ReportPins(session, book_, edits_, this)),
      messages_(new MessageBar),
      preset_run_(new PresetRun(session, program, pins_, messages_)),
      kit_(new KitBar(session, program, messages_)),
      pages_(new QStackedWidget),
      menu_(new QMenu(this)),
      style_soon_(new QTimer(this)) {
  setHelpTopic(this, QStringLiteral("report"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column->setSpacing(kGap);
  column->addWidget(messages_);
  column->addWidget(preset_run_);
  column->addWidget(pages_, 1);
  column->addWidget(kit_);
  auto* empty = new EmptyState(QStringLiteral("pin"), tr("Figures and tables for a paper are gathered here"));
  empty->setDetail(tr("Pin any plot or table with its pin, or add the paper's tables"));
  auto* add = empty->addButton(tr("Add…"), true, [] {});
  add->setMenu(menu_);
  pages_->addWidget(empty);
  auto* split = new QSplitter;
  split->addWidget(buildList());
  split->addWidget(buildDetail());
  split->setStretchFactor(1, 1);
  split->setChildrenCollapsible(false);
  split->setHandleWidth(kGap);
  split->setSizes({kListWidth, 2 * kListWidth});
  pages_->addWidget(split);
  fillMenu();
  style_soon_->setSingleShot(true);
  style_soon_->setInterval(kStyleSoonMs);
  connect(style_soon_, &QTimer::timeout, this, &ReportTab::keepStyle);
  connect(book_, &ReportBook::changed, this, &ReportTab::showItems);
  connect(edits_, &ReportEdits::stored, this, [this](qint64 added) {
    if (added != 0) wished_ = added;
    num_pending_ = std::max(0, num_pending_ - 1);
    book_->refresh();
  });
  connect(pins_, &ReportPins::added, this, &ReportTab::pinsAdded);
  showItems();
}

QWidget* ReportTab::buildList() {
  auto* side = new Card;
  list_ = new ReportList;
  list_->setMinimumWidth(kListWidth - 4 * kPadding);
  auto* add = new QToolButton;
  add->setText(tr("add"));
  add->setIcon(themedIcon(QStringLiteral("plus")));
  add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  add->setAccessibleName(tr("Add figures and tables"));
  add->setPopupMode(QToolButton::InstantPopup);
  add->setMenu(menu_);
  auto* up = makeIconButton(QStringLiteral("move-up"), tr("Move up (Alt+Up)"));
  auto* down = makeIconButton(QStringLiteral("move-down"), tr("Move down (Alt+Down)"));
  auto* remove = makeIconButton(QStringLiteral("trash"), tr("Remove from the report (Delete)"));
  for (QToolButton* button : {add, up, down, remove}) side->header()->addWidget(button);
  side->body()->addWidget(list_, 1);
  connect(up, &QToolButton::clicked, this, [this] { list_->moveChosen(-1); });
  connect(down, &QToolButton::clicked, this, [this] { list_->moveChosen(1); });
  connect(remove, &QToolButton::clicked, this, &ReportTab::removeChosen);
  connect(list_, &ReportList::removeRequested, this, &ReportTab::removeChosen);
  connect(list_, &ReportList::itemChosen, this, &ReportTab::showChosen);
  connect(list_, &ReportList::ordered, edits_, &ReportEdits::order);
  return side;
}

QWidget* ReportTab::buildDetail() {
  card_ = new Card;
  label_ = new QLineEdit;
  label_->setAccessibleName(tr("Label"));
  label_->setPlaceholderText(QStringLiteral("fig:…"));
  caption_ = new CaptionEdit;
  generated_ = new QToolButton;
  generated_->setText(tr("generated"));
  generated_->setFont(captionFont());
  generated_->setToolTip(tr("The caption that says what is shown, with numbers of runs, seeds and kind of interval"));
  generated_->setAccessibleName(tr("Use the generated caption"));
  auto* texts = new QGridLayout;
  texts->setHorizontalSpacing(kGap);
  texts->setVerticalSpacing(6);
  texts->addWidget(makeCaption(tr("label")), 0, 0);
  texts->addWidget(label_, 0, 1);
  texts->addWidget(generated_, 0, 2);
  texts->addWidget(makeCaption(tr("caption")), 1, 0, Qt::AlignTop);
  texts->addWidget(caption_, 1, 1, 1, 2);
  card_->body()->addLayout(texts);
  figure_ = new ExportPanel;
  table_ = new TableExportPanel;
  problem_ = makeParagraph({});
  problem_->setAlignment(Qt::AlignCenter);
  panels_ = new QStackedWidget;
  for (QWidget* panel : std::initializer_list<QWidget*>{figure_, table_, problem_}) panels_->addWidget(panel);
  panels_->setCurrentWidget(problem_);  // an export of nothing is no sight
  card_->body()->addWidget(panels_, 1);
  // The panels stand here for good.
  for (QWidget* panel : std::initializer_list<QWidget*>{figure_, table_}) {
    for (QPushButton* button : panel->findChildren<QPushButton*>()) {
      if (button->text() == QStringLiteral("Close")) button->hide();
    }
  }
  connect(label_, &QLineEdit::editingFinished, this, &ReportTab::keepTexts);
  connect(caption_, &CaptionEdit::edited, this, &ReportTab::keepTexts);
  connect(generated_, &QToolButton::clicked, this, [this] {
    if (shown_ == nullptr) return;
    caption_->setPlainText({});
    keepTexts();
  });
  connect(figure_, &ExportPanel::optionsChanged, style_soon_, qOverload<>(&QTimer::start));
  connect(table_, &TableExportPanel::styleChanged, style_soon_, qOverload<>(&QTimer::start));
  return card_;
}

void ReportTab::fillMenu() {
  for (const figures::ReportPreset& preset : figures::report_presets()) {
    const QString name = QString::fromStdString(preset.name);
    QAction* action = menu_->addAction(name, this, [this, id = preset.id, name] { pins_->addPreset(id, name); });
    action->setToolTip(QString::fromStdString(preset.about));
    if (preset.id == "table-6") menu_->addSeparator();
  }
  menu_->addSeparator();
  for (const ProgramPreset& preset : programPresets()) {
    QAction* action = menu_->addAction(preset.name, this, [this, &preset] { preset_run_->start(preset); });
    action->setToolTip(preset.about);
  }
  menu_->setToolTipsVisible(true);
}

void ReportTab::showItems() {
  const bool any = !book_->items().empty();
  pages_->setCurrentIndex(any ? 1 : 0);
  kit_->setReportEmpty(!any);
  list_->setItems(book_->items());
  if (wished_ != 0 && book_->item(wished_) != nullptr) list_->choose(std::exchange(wished_, 0));
  showChosen();
}

void ReportTab::showChosen() {
  const ReportBook::Item item = book_->item(list_->chosen());
  if (item == shown_) return;
  const bool other = item == nullptr || shown_ == nullptr || item->record.id != shown_->record.id;
  if (other) {
    // What was typed or chosen last belongs to the figure that was shown.
    keepTexts();
    if (style_soon_->isActive()) keepStyle();
  } else if (num_pending_ > 0 || style_soon_->isActive()) {
    return;  // newer than what the store says
  }
  shown_ = item;
  if (item == nullptr) return;
  const std::string old_label = record_.label;
  record_ = item->record;
  card_->setTitle(QString::fromStdString(figures::title_of(item->content)));
  const QString own = QString::fromStdString(record_.caption);
  if (other) caption_->clearFocus();
  caption_->setCaption(own, QString::fromStdString(item->generated));
  // What is being typed is not taken away.
  const bool typing = label_->hasFocus() && label_->text().toStdString() != old_label;
  if (other || !typing) label_->setText(QString::fromStdString(record_.label));
  generated_->setEnabled(!own.isEmpty());
  showPanel(*item);
}

void ReportTab::showPanel(const figures::ReportItem& item) {
  if (item.pending || !item.problem.empty()) {
    problem_->setText(item.pending ? tr("Computing…") : QString::fromStdString(item.problem));
    panels_->setCurrentWidget(problem_);
  } else if (const auto* table = std::get_if<figures::TableData>(&item.plain)) {
    table_->setReportStyle(item.style);
    table_->setTable(*table);
    table_->setTexts(QString::fromStdString(item.caption),
                     QString::fromStdString(figures::label_stem(item.record.label, "table")));
    panels_->setCurrentWidget(table_);
  } else {
    if (figure_->options() != item.style.render) figure_->setOptions(item.style.render);
    figure_->setSource(exportable(item.content));
    panels_->setCurrentWidget(figure_);
  }
}

void ReportTab::change(const store::FigureRecord& now, const QString& what) {
  ++num_pending_;
  edits_->change(std::exchange(record_, now), now, what);
}

void ReportTab::keepTexts() {
  if (shown_ == nullptr || book_->item(record_.id) == nullptr) return;
  store::FigureRecord now = record_;
  now.label = label_->text().trimmed().toStdString();
  now.caption = caption_->own().toStdString();
  if (now.label == record_.label && now.caption == record_.caption) return;
  const bool caption = now.caption != record_.caption;
  change(now, (caption ? tr("caption of %1") : tr("label %1")).arg(QString::fromStdString(now.label)));
}

void ReportTab::keepStyle() {
  style_soon_->stop();
  if (shown_ == nullptr) return;
  const figures::ReportStyle before = figures::ReportStyle::from_json(record_.style);
  figures::ReportStyle style = before;
  if (std::holds_alternative<figures::TableData>(shown_->plain)) {
    style = table_->reportStyle();
    style.render = before.render;
  } else {
    style.render = figure_->options();
  }
  if (style == before) return;
  store::FigureRecord now = record_;
  now.style = style.to_json();
  keepReportStyle(now.style);
  change(now, tr("style of %1").arg(QString::fromStdString(now.label)));
}

void ReportTab::removeChosen() {
  if (const ReportBook::Item item = book_->item(list_->chosen())) {
    shown_ = nullptr;
    edits_->remove(item->record);
  }
}

void ReportTab::pinsAdded(int count, const QString& title) {
  if (count == 0) {
    messages_->showMessage(Tone::Warning, tr("%1: the shown runs have nothing of the kind").arg(title),
                           tr("Tick other runs in the list."));
    return;
  }
  Q_EMIT pinned(title);
}

void ReportTab::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  book_->setWatched(true);
}

void ReportTab::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  keepTexts();
  book_->setWatched(false);
}

}  // namespace lorascope::ui
