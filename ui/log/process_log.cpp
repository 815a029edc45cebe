#include "ui/log/process_log.h"

#include <QFile>
#include <QScrollBar>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr qint64 kMostBytes = 64 * 1024;

}  // namespace

ProcessLog::ProcessLog(QWidget* parent) : QPlainTextEdit(parent) {
  setReadOnly(true);
  setFont(fixedFont());
  setTabChangesFocus(true);
  setAccessibleName(tr("Output of the run's process"));
  setPlaceholderText(tr("The run's process has written nothing."));
}

void ProcessLog::setFile(const QString& file) {
  if (file == file_) return;
  file_ = file;
  size_ = -1;
  refresh();
}

void ProcessLog::refresh() {
  if (!isVisible()) return;
  QFile file(file_);
  if (file_.isEmpty() || !file.open(QIODevice::ReadOnly)) {
    size_ = -1;
    clear();
    return;
  }
  if (file.size() == size_) return;
  size_ = file.size();
  const bool follows = verticalScrollBar()->value() == verticalScrollBar()->maximum();
  file.seek(std::max<qint64>(0, size_ - kMostBytes));
  QByteArray bytes = file.readAll();
  if (size_ > kMostBytes) bytes.remove(0, bytes.indexOf('\n') + 1);  // the first line is cut
  setPlainText(QString::fromUtf8(bytes).replace('\r', '\n'));
  if (follows) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void ProcessLog::showEvent(QShowEvent* event) {
  QPlainTextEdit::showEvent(event);
  refresh();
}

}  // namespace lorascope::ui
