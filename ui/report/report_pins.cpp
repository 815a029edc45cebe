#include "ui/report/report_pins.h"

#include <QCoreApplication>
#include <QPointer>
#include <QSettings>
#include <QThreadPool>
#include <QWidget>
#include <memory>

#include "core/figures/report_content.h"
#include "core/figures/report_presets.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "ui/plots/pin.h"
#include "ui/report/report_book.h"
#include "ui/report/report_edits.h"

namespace lorascope::ui {
namespace {

const QString kStyleKey = QStringLiteral("report/style");

}  // namespace

std::string lastReportStyle() {
  return QSettings().value(kStyleKey, QStringLiteral("{}")).toString().toStdString();
}

void keepReportStyle(const std::string& style) {
  figures::ReportStyle kept = figures::ReportStyle::from_json(style);
  kept.digits.clear();  // digits belong to the columns of one table
  QSettings().setValue(kStyleKey, QString::fromStdString(kept.to_json()));
}

struct ReportPins::Request {
  std::string folder, preset, style;
  std::vector<RunId> shown;
  std::vector<figures::ReportQuery> queries;
  std::vector<std::string> labels;  ///< that are taken
  QString what;
};

struct ReportPins::Found {
  std::vector<store::FigureRecord> records;
  QString first_title;
};

ReportPins::ReportPins(SessionModel* session, ReportBook* book, ReportEdits* edits, QObject* parent)
    : QObject(parent), session_(session), book_(book), edits_(edits) {}

void ReportPins::watch(QWidget* window) {
  window->installEventFilter(this);
}

bool ReportPins::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != PinEvent::kType) return QObject::eventFilter(watched, event);
  add({static_cast<const PinEvent*>(event)->query()}, {});
  event->accept();
  return true;
}

void ReportPins::add(const std::vector<figures::ReportQuery>& queries, const QString& what) {
  auto request = std::make_shared<Request>();
  request->queries = queries;
  request->what = what;
  start(request);
}

void ReportPins::addPreset(const std::string& id, const QString& name) {
  auto request = std::make_shared<Request>();
  request->preset = id;
  request->what = name;
  start(request);
}

void ReportPins::start(const std::shared_ptr<Request>& request) {
  request->folder = session_->workspaceFolder().toStdString();
  request->shown = session_->shownRuns();
  request->style = lastReportStyle();
  for (const ReportBook::Item& item : book_->items()) request->labels.push_back(item->record.label);
  if (request->folder.empty()) return;
  QThreadPool::globalInstance()->start([pins = QPointer(this), request] {
    Found found;
    try {
      const store::Workspace workspace = store::Workspace::open(request->folder);
      const std::vector<store::RunRecord> all = store::RunStore(workspace).list();
      std::vector<store::RunRecord> shown;
      for (const store::RunRecord& run : all) {
        if (std::find(request->shown.begin(), request->shown.end(), run.id) != request->shown.end()) {
          shown.push_back(run);
        }
      }
      if (!request->preset.empty()) {
        request->queries = figures::preset_queries(workspace, request->preset, shown, all);
      }
      for (figures::ReportQuery& query : request->queries) {
        const bool about_runs = query.kind != figures::ReportKind::Fixed;
        if (about_runs && query.runs.groups.empty()) query.runs = figures::selection_of(shown, all);
        const figures::Content content = figures::report_content(workspace, query, all);
        if (figures::is_empty(content)) continue;
        request->labels.push_back(figures::new_label(content, request->labels));
        if (found.records.empty()) found.first_title = QString::fromStdString(figures::title_of(content));
        store::FigureRecord& record = found.records.emplace_back();
        record.label = request->labels.back();
        record.query = query.to_json();
        record.style = request->style;
      }
    } catch (const std::exception&) {
      found.records.clear();  // a workspace that cannot be read says so elsewhere
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [pins, found, what = request->what] {
      if (pins) pins->take(found, what);
    });
  });
}

void ReportPins::take(const Found& found, const QString& what) {
  const int count = static_cast<int>(found.records.size());
  if (count > 0) edits_->add(found.records, tr("pin %1").arg(what.isEmpty() ? found.first_title : what));
  Q_EMIT added(count, what.isEmpty() ? found.first_title : what);
}

}  // namespace lorascope::ui
