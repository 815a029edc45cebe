#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <string>
#include <vector>

#include "core/figures/report_query.h"
#include "ui/main_window/session_model.h"

class QWidget;

namespace lorascope::ui {

class ReportBook;
class ReportEdits;

/// Takes what cards anywhere in the window pin, and the presets, into the report: gives labels and runs to queries.
class ReportPins : public QObject {
  Q_OBJECT

 public:
  ReportPins(SessionModel* session, ReportBook* book, ReportEdits* edits, QObject* parent = nullptr);

  /// Pins of this window and everything in it arrive here.
  void watch(QWidget* window);
  /// Adds what `queries` show; those without runs are about the shown ones. Empty ones are left out.
  void add(const std::vector<figures::ReportQuery>& queries, const QString& what);
  /// One of figures::report_presets(), for the shown runs.
  void addPreset(const std::string& id, const QString& name);

 Q_SIGNALS:
  /// So many were added, the first of them with this title; 0: there was nothing to add.
  void added(int count, const QString& title);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Request;
  struct Found;

  void start(const std::shared_ptr<Request>& request);
  void take(const Found& found, const QString& what);

  SessionModel* session_;
  ReportBook* book_;
  ReportEdits* edits_;
};

/// The style that new figures begin with: the one that was chosen last.
std::string lastReportStyle();
void keepReportStyle(const std::string& style);

}  // namespace lorascope::ui
