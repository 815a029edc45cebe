#include "ui/report/report_edits.h"

#include <QCoreApplication>
#include <QPointer>
#include <QUndoStack>
#include <functional>
#include <memory>

#include "ui/main_window/session_model.h"

namespace lorascope::ui {
namespace {

/// Changes the store, on its thread; returns the first new figure's id, or 0.
using Change = std::function<std::int64_t(store::ReportStore&)>;

}  // namespace

class ReportEdits::Command : public QUndoCommand {
 public:
  Command(ReportEdits* edits, const QString& text, Change redo, Change undo)
      : QUndoCommand(text), edits_(edits), redo_(std::move(redo)), undo_(std::move(undo)) {}

  /// Commands of one number and text become one.
  void setMergeId(int id) { merge_id_ = id; }
  int id() const override { return merge_id_; }
  bool mergeWith(const QUndoCommand* other) override {
    if (other->text() != text()) return false;
    redo_ = static_cast<const Command*>(other)->redo_;
    return true;
  }

  void redo() override { apply(redo_); }
  void undo() override { apply(undo_); }

 private:
  void apply(const Change& change) const {
    if (edits_ == nullptr) return;
    edits_->session_->edit([edits = edits_, change](const store::Workspace& workspace) {
      store::ReportStore report(workspace);
      const qint64 added = change(report);
      QMetaObject::invokeMethod(QCoreApplication::instance(), [edits, added] {
        if (edits) Q_EMIT edits->stored(added);
      });
    });
  }

  QPointer<ReportEdits> edits_;
  Change redo_, undo_;
  int merge_id_ = -1;
};

ReportEdits::ReportEdits(SessionModel* session, QUndoStack* stack, QObject* parent)
    : QObject(parent), session_(session), stack_(stack) {}

void ReportEdits::add(const std::vector<store::FigureRecord>& records, const QString& what) {
  if (records.empty()) return;
  // Ids are known once the store has given them; they are kept when the figures come back. Store thread only.
  auto shared = std::make_shared<std::vector<store::FigureRecord>>(records);
  stack_->push(new Command(
      this, what,
      [shared](store::ReportStore& report) {
        for (store::FigureRecord& record : *shared) {
          record.id = report.put(record);
          for (const store::FigureRecord& stored : report.list()) {
            if (stored.id == record.id) record.position = stored.position;
          }
        }
        return shared->front().id;
      },
      [shared](store::ReportStore& report) {
        for (const store::FigureRecord& record : *shared) report.remove(record.id);
        return 0;
      }));
}

void ReportEdits::change(const store::FigureRecord& before, const store::FigureRecord& after, const QString& what) {
  const auto put = [](const store::FigureRecord& record) {
    return [record](store::ReportStore& report) {
      store::FigureRecord now = record;
      for (const store::FigureRecord& stored : report.list()) {
        if (stored.id == record.id) now.position = stored.position;
      }
      report.put(now);
      return 0;
    };
  };
  auto* command = new Command(this, what, put(after), put(before));
  constexpr int kFirstId = 1000;  // other commands of the window have none or smaller ones
  command->setMergeId(kFirstId + static_cast<int>(after.id));
  stack_->push(command);
}

void ReportEdits::remove(const store::FigureRecord& record) {
  stack_->push(new Command(
      this, tr("remove %1 from the report").arg(QString::fromStdString(record.label)),
      [id = record.id](store::ReportStore& report) {
        report.remove(id);
        return 0;
      },
      [record](store::ReportStore& report) { return report.put(record); }));
}

void ReportEdits::order(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) {
  if (before == after) return;
  const auto set = [](const std::vector<std::int64_t>& ids) {
    return [ids](store::ReportStore& report) {
      report.set_order(ids);
      return 0;
    };
  };
  stack_->push(new Command(this, tr("order of the report"), set(after), set(before)));
}

}  // namespace lorascope::ui
