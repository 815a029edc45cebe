#include "ui/runs/runs_panel.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QShortcut>
#include <QVBoxLayout>
#include <QWidgetAction>
#include <algorithm>
#include <set>

#include "core/figures/plot_style.h"
#include "ui/main_window/session_model.h"
#include "ui/runs/run_edits.h"
#include "ui/runs/run_tree_view.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

RunsPanel::RunsPanel(SessionModel* session, RunControl* control, RunEdits* edits, QWidget* parent)
    : QWidget(parent), session_(session), control_(control), edits_(edits) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kPadding, 0, kPadding - 4, kGap);
  layout->setSpacing(kGap);
  filter_ = new QLineEdit;
  filter_->setPlaceholderText(tr("Filter: method:lora seed:42 …"));
  filter_->setClearButtonEnabled(true);
  filter_->setAccessibleName(tr("Filter of the run list"));
  filter_->setToolTip(
      tr("Words, or terms like method:lora, seed:42, state:running, tag:paper, lr:5e-5, -state:failed"));
  problem_ = makeCaption({});
  setRole(problem_, "warning");
  problem_->setWordWrap(true);
  problem_->hide();
  empty_ = makeCaption({});
  empty_->setWordWrap(true);
  tree_ = new RunTreeView(session);
  layout->addWidget(filter_);
  layout->addWidget(problem_);
  layout->addWidget(empty_);
  layout->addWidget(tree_, 1);
  // Shortcuts rather than key events: the list would take Space for its selection.
  const auto on_key = [this](Qt::Key key, auto action) {
    connect(new QShortcut(key, tree_, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, action);
  };
  on_key(Qt::Key_Space, [this] { toggleEyes(); });
  on_key(Qt::Key_Delete, [this] { edits_->moveToTrash(session_->selectedRuns()); });
  connect(filter_, &QLineEdit::textChanged, this, &RunsPanel::applyFilter);
  connect(session, &SessionModel::runsChanged, this, [this](bool structure) {
    if (structure) applyFilter();
  });
  connect(tree_, &QWidget::customContextMenuRequested, this, [this](const QPoint& point) {
    QMenu menu(this);
    fillRunMenu(&menu);
    menu.exec(tree_->viewport()->mapToGlobal(point));
  });
  connect(tree_, &RunTreeView::eyeClicked, this,
          [this](const std::vector<store::RunId>& ids, bool open) { edits_->setEyes(ids, open); });
  connect(tree_, &RunTreeView::studyEyeClicked, this, [this](store::RunId id, bool in_view) {
    if (const store::RunRecord* run = session_->run(id)) {
      session_->setStudyInView(run->study, in_view);
    }
  });
  connect(tree_, &RunTreeView::starClicked, this,
          [this](store::RunId id, bool starred) { edits_->setStarred({id}, starred); });
  connect(tree_->runModel(), &RunTreeModel::renameRequested, this,
          [this](store::RunId id, const QString& name) { edits_->rename(id, name); });
  applyFilter();
}

void RunsPanel::applyFilter() {
  const RunFilter filter(filter_->text());
  tree_->setFilter(filter);
  problem_->setText(filter.problem());
  problem_->setVisible(!filter.problem().isEmpty());
  const auto& runs = session_->runs();
  const bool any = std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return filter.matches(run); });
  empty_->setText(runs.empty() ? tr("Runs appear here.") : tr("No run matches the filter."));
  empty_->setVisible(!any);
}

void RunsPanel::toggleEyes() {
  const auto records = selectedRecords();
  const bool all_open = std::all_of(records.begin(), records.end(), [](const auto* run) { return !run->hidden; });
  if (!records.empty()) {
    edits_->setEyes(session_->selectedRuns(), !all_open);
  }
}

std::vector<const store::RunRecord*> RunsPanel::selectedRecords() const {
  std::vector<const store::RunRecord*> records;
  for (const store::RunId id : session_->selectedRuns()) {
    if (const store::RunRecord* run = session_->run(id)) {
      records.push_back(run);
    }
  }
  return records;
}

void RunsPanel::fillRunMenu(QMenu* menu) {
  const auto records = selectedRecords();
  if (records.empty()) {
    menu->addAction(tr("Select a run first"))->setEnabled(false);
    return;
  }
  addVerbs(menu);
  menu->addSeparator();
  const bool all_open = std::all_of(records.begin(), records.end(), [](const auto* run) { return !run->hidden; });
  menu->addAction(all_open ? themedIcon("eye-off") : themedIcon("eye"),
                  all_open ? tr("Hide in plots") : tr("Show in plots"), QKeySequence(Qt::Key_Space), this,
                  &RunsPanel::toggleEyes);
  const bool all_starred = std::all_of(records.begin(), records.end(), [](const auto* run) { return run->starred; });
  menu->addAction(themedIcon("star"), all_starred ? tr("Unstar") : tr("Star"), this,
                  [this, all_starred] { edits_->setStarred(session_->selectedRuns(), !all_starred); });
  QAction* rename = menu->addAction(themedIcon("edit"), tr("Rename"), QKeySequence(Qt::Key_F2), this,
                                    [this] { tree_->edit(tree_->currentIndex()); });
  rename->setEnabled(records.size() == 1);
  addTagMenu(menu);
  addColourMenu(menu);
  menu->addSeparator();
  QAction* clone = menu->addAction(themedIcon("copy"), tr("New study with these settings…"), this,
                                   [this] { Q_EMIT cloneRequested(session_->selectedRun()); });
  clone->setEnabled(records.size() == 1);
  QAction* trash = menu->addAction(themedIcon("trash"), tr("Delete"), QKeySequence(Qt::Key_Delete), this,
                                   [this] { edits_->moveToTrash(session_->selectedRuns()); });
  trash->setEnabled(
      std::any_of(records.begin(), records.end(), [](const auto* run) { return !store::is_alive(run->state); }));
}

void RunsPanel::addVerbs(QMenu* menu) {
  const auto records = selectedRecords();
  for (const RunVerb verb : {RunVerb::Pause, RunVerb::Continue, RunVerb::StopAndKeep, RunVerb::Checkpoint,
                             RunVerb::Resume, RunVerb::MarkFailed}) {
    QAction* action = menu->addAction(themedIcon(iconName(verb)), label(verb), this,
                                      [this, verb] { control_->request(verb, session_->selectedRuns()); });
    action->setEnabled(
        std::any_of(records.begin(), records.end(), [&](const auto* run) { return isPossible(verb, run->state); }));
  }
}

void RunsPanel::addTagMenu(QMenu* menu) {
  QMenu* tags = menu->addMenu(themedIcon("tag"), tr("Tag"));
  auto* field = new QLineEdit;
  field->setPlaceholderText(tr("New tag"));
  field->setAccessibleName(tr("New tag"));
  auto* entry = new QWidgetAction(tags);
  entry->setDefaultWidget(field);
  tags->addAction(entry);
  connect(field, &QLineEdit::returnPressed, this, [this, field, menu] {
    edits_->addTag(session_->selectedRuns(), field->text());
    menu->close();
  });
  std::set<std::string> known;
  for (const store::RunRecord& run : session_->runs()) {
    known.insert(run.tags.begin(), run.tags.end());
  }
  for (const std::string& tag : known) {
    const QString name = QString::fromStdString(tag);
    tags->addAction(name, this, [this, name] { edits_->addTag(session_->selectedRuns(), name); });
  }
}

void RunsPanel::addColourMenu(QMenu* menu) {
  QMenu* colours = menu->addMenu(tr("Colour"));
  colours->addAction(tr("By method"), this, [this] { edits_->setColour(session_->selectedRuns(), {}); });
  const std::pair<QString, const char*> choices[] = {
      {tr("Vermilion"), "ft"},    {tr("Blue"), "lora"},          {tr("Green"), "xlora"}, {tr("Purple"), "mixture 1"},
      {tr("Amber"), "mixture 2"}, {tr("Sky blue"), "mixture 3"}, {tr("Grey"), "base"}};
  for (const auto& [name, method] : choices) {
    const figures::Rgb rgb = figures::method_colour(method, figures::Theme::Light);
    const QString text = QString::fromStdString(figures::rgb_text(rgb));
    colours->addAction(QIcon(swatchPixmap(QColor(text), 12, devicePixelRatioF())), name, this,
                       [this, text] { edits_->setColour(session_->selectedRuns(), text); });
  }
}

}  // namespace lorascope::ui
