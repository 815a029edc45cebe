#include "ui/curves/score_table_card.h"

#include <QTimer>

#include "core/figures/run_tables.h"

namespace lorascope::ui {
namespace {

constexpr int kSoonMs = 50;

}  // namespace

ScoreTableCard::ScoreTableCard(SessionModel* session, QWidget* parent)
    : TableCard(QStringLiteral("Scores"), parent), session_(session), soon_(new QTimer(this)) {
  setFirstToGo({"best epoch", "peak memory", "speed", "validation recall", "validation precision",
                "validation accuracy", "test accuracy", "test surface F1", "validation surface F1", "test recall",
                "test precision", "runs", "best step", "validation F1", "time"});
  setPinQuery([] {
    figures::ReportQuery query;
    query.kind = figures::ReportKind::Scores;
    query.curves.grouping = figures::Grouping::Setting;
    return query;
  });
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &ScoreTableCard::rebuild);
  const auto soon = [this] {
    if (!soon_->isActive()) soon_->start();
  };
  connect(session_, &SessionModel::runsChanged, this, soon);
  connect(session_, &SessionModel::shownRunsChanged, this, soon);
  connect(this, &TableCard::runHovered, session_, &SessionModel::setHoverRun);
  connect(this, &TableCard::runActivated, this, [this](qint64 run) { session_->select({run}); });
  rebuild();
}

void ScoreTableCard::rebuild() {
  std::vector<store::RunRecord> runs;
  for (const RunId id : session_->shownRuns()) {
    if (const auto* record = session_->run(id)) runs.push_back(*record);
  }
  setVisible(!runs.empty());
  figures::TableData table = figures::score_table(runs);
  table.title = "Scores";
  setTable(std::move(table));
}

}  // namespace lorascope::ui
