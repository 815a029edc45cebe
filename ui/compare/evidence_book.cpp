#include "ui/compare/evidence_book.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <memory>

#include "core/figures/example_scores.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::ui {

struct EvidenceBook::Request {
  std::string folder, split, baseline;
  std::vector<store::RunRecord> runs;
  figures::Grouping grouping = figures::Grouping::Setting;
};

EvidenceBook::EvidenceBook(SessionModel* session, QObject* parent) : QObject(parent), session_(session) {}

std::map<std::string, figures::GroupEvidence> EvidenceBook::compute(const Request& request, Counts& counts) {
  const store::Workspace workspace = store::Workspace::open(request.folder);
  const store::RunStore store(workspace);
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : request.runs) {
    records.push_back(&run);
    if (counts.contains(run.id) || run.state != store::RunState::Finished) continue;
    const auto read = figures::example_counts(store.predictions(run.id, request.split), run.task);
    counts[run.id] = read.value_or(std::vector<figures::ExampleCounts>());
  }
  const std::vector<figures::RunGroup> groups = figures::group_runs(records, request.grouping);
  const auto seeds_of = [&](const figures::RunGroup& group) {
    std::vector<std::vector<figures::ExampleCounts>> seeds;
    for (const std::size_t member : group.members) {
      const auto found = counts.find(request.runs[member].id);
      if (found != counts.end() && !found->second.empty()) seeds.push_back(found->second);
    }
    return seeds;
  };
  std::vector<std::vector<figures::ExampleCounts>> baseline;
  for (const figures::RunGroup& group : groups) {
    if (group.name == request.baseline || (request.baseline.empty() && &group == &groups.front())) {
      baseline = seeds_of(group);
    }
  }
  std::map<std::string, figures::GroupEvidence> evidence;
  for (const figures::RunGroup& group : groups) {
    const auto seeds = seeds_of(group);
    if (seeds.empty()) continue;
    figures::GroupEvidence& one = evidence[group.name];
    one.num_examples = seeds.front().size();
    one.interval = figures::interval_over_examples(seeds);
    one.examples = figures::bootstrap_over_examples(baseline, seeds);
  }
  return evidence;
}

void EvidenceBook::want(figures::Grouping grouping, const std::string& baseline, const std::string& score) {
  auto request = std::make_shared<Request>();
  request->folder = session_->workspaceFolder().toStdString();
  request->split = score.substr(0, score.find('/'));
  request->baseline = baseline;
  request->grouping = grouping;
  std::string asked =
      request->folder + '\n' + score + '\n' + baseline + '\n' + std::to_string(static_cast<int>(grouping));
  for (const RunId id : session_->shownRuns()) {
    const store::RunRecord* run = session_->run(id);
    if (run == nullptr) continue;
    request->runs.push_back(*run);
    asked += ' ' + std::to_string(id) + (run->state == store::RunState::Finished ? "f" : "");
  }
  if (asked == asked_ || request->folder.empty() || request->runs.empty()) return;
  asked_ = asked;
  const std::string metric = score.substr(score.find('/') + 1);
  if (metric != figures::example_metric(request->runs.front().task)) {
    ++request_;
    evidence_.clear();
    ++num_changes_;
    Q_EMIT changed();
    return;
  }
  if (const std::string about = request->folder + '\n' + request->split; about != counts_of_) {
    counts_of_ = about;
    counts_.clear();
  }
  QThreadPool::globalInstance()->start(
      [book = QPointer(this), request, counts = counts_, number = ++request_]() mutable {
        std::map<std::string, figures::GroupEvidence> evidence;
        try {
          evidence = compute(*request, counts);
        } catch (const std::exception&) {
          evidence.clear();  // a workspace that cannot be read says so elsewhere
        }
        QMetaObject::invokeMethod(QCoreApplication::instance(), [book, evidence, counts, number] {
          if (book) book->take(number, evidence, counts);
        });
      });
}

void EvidenceBook::take(int number, const std::map<std::string, figures::GroupEvidence>& evidence,
                        const Counts& counts) {
  if (number != request_) return;
  counts_ = counts;
  evidence_ = evidence;
  ++num_changes_;
  Q_EMIT changed();
}

}  // namespace lorascope::ui
