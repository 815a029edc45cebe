#include "ui/train/worst_card.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QPointer>
#include <QSignalBlocker>
#include <QTextBrowser>
#include <QThreadPool>
#include <algorithm>

#include "core/figures/example_scores.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "ui/train/prediction_html.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr std::size_t kMostShown = 20;
constexpr int kHeight = 220;

/// "eval/worst" as people say it.
QString splitText(const std::string& split) {
  const std::string name = split.substr(0, split.find('/'));
  return name == "eval" ? QObject::tr("validation") : QString::fromStdString(name);
}

}  // namespace

WorstCard::WorstCard(SessionModel* session, QWidget* parent)
    : Card(tr("Worst predictions"), parent), session_(session), choice_(new QComboBox), list_(new QTextBrowser) {
  setHelpTopic(this, QStringLiteral("measure.worst"));
  choice_->setAccessibleName(tr("Evaluation whose predictions are shown"));
  choice_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  header()->addWidget(choice_);
  list_->setAccessibleName(tr("Worst predictions"));
  list_->setTabChangesFocus(true);
  list_->setOpenLinks(false);
  list_->setFixedHeight(kHeight);
  body()->addWidget(list_);
  connect(choice_, &QComboBox::activated, this, &WorstCard::read);
  connect(session_, &SessionModel::selectionChanged, this, &WorstCard::readSoon);
  connect(session_, &SessionModel::newEvaluations, this, &WorstCard::readSoon);
  connect(session_, &SessionModel::runsChanged, this, &WorstCard::readSoon);
  hide();
}

QString WorstCard::text() const {
  return list_->toPlainText();
}

void WorstCard::readSoon() {
  const RunId run = session_->selectedRun();
  const store::RunRecord* record = session_->run(run);
  const RunData* rows = session_->data(run);
  const std::size_t evaluations =
      (rows != nullptr ? rows->evaluations.size() : 0) + (record != nullptr ? record->result.scores.size() : 0);
  if (run == run_ && evaluations == num_evaluations_) return;
  if (run != run_) {
    choices_.clear();
    shown_.clear();
    hide();
  }
  run_ = run;
  task_ = record != nullptr ? record->task : std::string();
  num_evaluations_ = evaluations;
  if (record != nullptr) read();
}

void WorstCard::read() {
  const int index = choice_->currentIndex();
  const bool newest = index <= 0 || static_cast<std::size_t>(index) >= choices_.size();
  const Choice wished = newest ? Choice() : choices_[static_cast<std::size_t>(index)];
  QThreadPool::globalInstance()->start([card = QPointer(this), folder = session_->workspaceFolder().toStdString(),
                                        run = run_, task = task_, wished, request = ++request_] {
    std::vector<Choice> choices;
    Choice chosen = wished;
    std::vector<store::Prediction> rows;
    try {
      const store::Workspace workspace = store::Workspace::open(folder);
      const store::RunStore store(workspace);
      for (const char* split : {"eval/worst", "test/worst", "test", "eval"}) {
        const bool is_worst = std::string(split).ends_with("/worst");
        if (!is_worst && !choices.empty()) break;  // whole splits are for runs that stored no worst ones
        for (const std::int64_t step : store.prediction_steps(run, split)) choices.push_back({split, step});
      }
      std::stable_sort(choices.begin(), choices.end(),
                       [](const Choice& a, const Choice& b) { return a.step > b.step; });
      if (chosen.split.empty() && !choices.empty()) chosen = choices.front();
      rows = store.predictions(run, chosen.split, chosen.step);
      if (!chosen.split.ends_with("/worst")) {
        std::vector<store::Prediction> worst;
        for (const auto& ranked : figures::worst_predictions(rows, task, kMostShown))
          worst.push_back(rows[ranked.index]);
        rows = std::move(worst);
      }
    } catch (const std::exception&) {
      choices.clear();  // a workspace that cannot be read says so elsewhere
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [card, request, run, choices, chosen, rows] {
      if (card) card->take(request, run, choices, chosen, rows);
    });
  });
}

void WorstCard::take(int request, RunId run, const std::vector<Choice>& choices, const Choice& chosen,
                     const std::vector<store::Prediction>& rows) {
  if (request != request_ || run != run_) return;
  choices_ = choices;
  shown_ = rows;
  // The worst first: they are stored by example, with their rank.
  if (chosen.split.ends_with("/worst")) {
    const auto rank_of = [](const store::Prediction& row) {
      const std::size_t at = row.content.find("\"rank\":");
      return at == std::string::npos ? 0 : std::atoi(row.content.c_str() + at + 7);
    };
    std::stable_sort(shown_.begin(), shown_.end(),
                     [&](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
  }
  if (shown_.size() > kMostShown) shown_.resize(kMostShown);
  const QSignalBlocker quiet(choice_);
  choice_->clear();
  for (const Choice& one : choices_) {
    choice_->addItem(tr("%1, step %2").arg(splitText(one.split), countText(one.step)));
    if (one == chosen) choice_->setCurrentIndex(choice_->count() - 1);
  }
  setVisible(!shown_.empty());
  draw();
}

void WorstCard::draw() {
  QString html;
  for (const store::Prediction& row : shown_) html += predictionHtml(row, task_, coloursOf(this));
  list_->setHtml(html);
}

void WorstCard::changeEvent(QEvent* event) {
  Card::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && list_ != nullptr) draw();
}

}  // namespace lorascope::ui
