#include "ui/representations/run_choice.h"

#include <QMenu>
#include <algorithm>
#include <map>
#include <utility>

#include "core/figures/run_groups.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {
namespace {

QString nameOf(const store::RunRecord& run) {
  const std::string name = figures::full_name(run);
  return name.empty() ? QObject::tr("run %1").arg(run.id) : QString::fromStdString(name);
}

}  // namespace

RunChoice::RunChoice(SessionModel* session, QWidget* parent) : QToolButton(parent), session_(session) {
  setPopupMode(InstantPopup);
  setAccessibleName(tr("Runs to analyse"));
  setToolTip(tr("Finished runs of one model; the base model is always there"));
  setMenu(new QMenu(this));
  connect(menu(), &QMenu::aboutToShow, this, &RunChoice::fillMenu);
  connect(session_, &SessionModel::runsChanged, this, &RunChoice::chooseNewest);
  connect(session_, &SessionModel::workspaceOpened, this, [this] {
    is_own_choice_ = false;
    chooseNewest();
  });
  chooseNewest();
}

std::vector<const store::RunRecord*> RunChoice::candidates() const {
  std::vector<const store::RunRecord*> runs;
  for (const store::RunRecord& run : session_->runs()) {
    const bool has_weights = run.state == store::RunState::Finished || run.state == store::RunState::Stopped;
    const bool is_known = run.method == "ft" || run.method == "lora" || run.method == "xlora";
    if (has_weights && is_known) runs.push_back(&run);
  }
  return runs;
}

void RunChoice::choose(std::vector<store::RunId> runs) {
  is_own_choice_ = true;
  if (chosen_ == runs) return;
  chosen_ = std::move(runs);
  showChosen();
  Q_EMIT chosenChanged();
}

void RunChoice::chooseNewest() {
  const auto known = candidates();
  const auto is_there = [&](store::RunId id) {
    return std::any_of(known.begin(), known.end(), [id](const auto* run) { return run->id == id; });
  };
  std::vector<store::RunId> next;
  if (is_own_choice_) {
    std::copy_if(chosen_.begin(), chosen_.end(), std::back_inserter(next), is_there);
  } else {
    std::map<std::string, store::RunId> newest;
    for (const store::RunRecord* run : known) newest[run->method] = run->id;
    for (const auto& [method, id] : newest) next.push_back(id);
    std::sort(next.begin(), next.end());
  }
  if (next == chosen_ && !text().isEmpty()) return;
  chosen_ = std::move(next);
  showChosen();
  Q_EMIT chosenChanged();
}

void RunChoice::fillMenu() {
  menu()->clear();
  for (const store::RunRecord* run : candidates()) {
    QAction* action = menu()->addAction(nameOf(*run));
    action->setCheckable(true);
    action->setChecked(std::find(chosen_.begin(), chosen_.end(), run->id) != chosen_.end());
    connect(action, &QAction::toggled, this, [this, id = run->id](bool checked) {
      std::vector<store::RunId> runs = chosen_;
      std::erase(runs, id);
      if (checked) runs.push_back(id);
      std::sort(runs.begin(), runs.end());
      choose(std::move(runs));
    });
  }
  if (menu()->isEmpty()) menu()->addAction(tr("No run has finished yet"))->setEnabled(false);
}

void RunChoice::showChosen() {
  const store::RunRecord* one = chosen_.size() == 1 ? session_->run(chosen_.front()) : nullptr;
  setText(one != nullptr      ? nameOf(*one)
          : chosen_.empty()   ? tr("no run yet")
                              : tr("%1 runs").arg(chosen_.size()));
}

}  // namespace lorascope::ui
