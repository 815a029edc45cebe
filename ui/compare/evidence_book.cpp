#include "ui/compare/evidence_book.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <memory>

#include "core/figures/mixture_table.h"
#include "core/store/workspace.h"

namespace lorascope::ui {

struct EvidenceBook::Request {
  std::string folder;
  std::vector<store::RunRecord> runs;
  figures::CompareOptions options;
};

EvidenceBook::EvidenceBook(SessionModel* session, QObject* parent) : QObject(parent), session_(session) {}

void EvidenceBook::want(figures::Grouping grouping, const std::string& baseline, const std::string& score) {
  auto request = std::make_shared<Request>();
  request->folder = session_->workspaceFolder().toStdString();
  request->options.grouping = grouping;
  request->options.baseline = baseline;
  request->options.score = score;
  std::string asked =
      request->folder + '\n' + score + '\n' + baseline + '\n' + std::to_string(static_cast<int>(grouping)) + grouping.pointer();
  for (const RunId id : session_->shownRuns()) {
    const store::RunRecord* run = session_->run(id);
    if (run == nullptr) continue;
    request->runs.push_back(*run);
    asked += ' ' + std::to_string(id) + (run->state == store::RunState::Finished ? "f" : "");
  }
  if (asked == asked_ || request->folder.empty() || request->runs.empty()) return;
  asked_ = asked;
  if (const std::string about = request->folder + '\n' + score.substr(0, score.find('/')); about != counts_of_) {
    counts_of_ = about;
    counts_.clear();
  }
  QThreadPool::globalInstance()->start(
      [book = QPointer(this), request, counts = counts_, number = ++request_]() mutable {
        std::map<std::string, figures::GroupEvidence> evidence;
        std::map<RunId, double> speeds;
        try {
          const store::Workspace workspace = store::Workspace::open(request->folder);
          evidence = figures::group_evidence(workspace, request->runs, request->options, counts);
          if (figures::has_mixtures(request->runs)) speeds = figures::evaluation_speeds(workspace, request->runs);
        } catch (const std::exception&) {
          evidence.clear();  // a workspace that cannot be read says so elsewhere
        }
        QMetaObject::invokeMethod(QCoreApplication::instance(), [book, evidence, counts, speeds, number] {
          if (book) book->take(number, evidence, counts, speeds);
        });
      });
}

void EvidenceBook::take(int number, const std::map<std::string, figures::GroupEvidence>& evidence,
                        const figures::CountsByRun& counts, const std::map<RunId, double>& speeds) {
  if (number != request_) return;
  speeds_ = speeds;
  counts_ = counts;
  evidence_ = evidence;
  ++num_changes_;
  Q_EMIT changed();
}

}  // namespace lorascope::ui
