#include "ui/study/data_field.h"

#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPointer>
#include <QSettings>
#include <QThreadPool>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const QString kFolderKey = QStringLiteral("study/dataFolder");

}  // namespace

DataField::DataField(const QString& name, QWidget* parent)
    : QWidget(parent), file_(new QLineEdit), counts_(makeCaption({})) {
  setAcceptDrops(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  file_->setAccessibleName(name);
  file_->setPlaceholderText(tr("a file: type, choose or drop it here"));
  file_->setAcceptDrops(false);  // the field itself takes files
  auto* choose = makeIconButton(QStringLiteral("folder"), tr("Choose %1").arg(name));
  row->addWidget(file_, 1);
  row->addWidget(choose);
  column->addLayout(row);
  counts_->setWordWrap(true);
  counts_->hide();
  column->addWidget(counts_);
  connect(choose, &QToolButton::clicked, this, &DataField::choose);
  connect(file_, &QLineEdit::textChanged, this, &DataField::fileChanged);
  connect(file_, &QLineEdit::editingFinished, this, &DataField::read);
}

QString DataField::file() const {
  return file_->text().trimmed();
}

void DataField::setFile(const QString& file) {
  file_->setText(file);
  read();
}

void DataField::setTask(const std::string& task) {
  if (task == task_) return;
  task_ = task;
  read();
}

void DataField::choose() {
  auto* dialog = new QFileDialog(this, tr("Choose a data file"), QSettings().value(kFolderKey).toString());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
    QSettings().setValue(kFolderKey, QFileInfo(file).absolutePath());
    setFile(file);
  });
  dialog->open();
}

void DataField::read() {
  ++request_;
  if (file().isEmpty()) {
    showSummary({});
    return;
  }
  QThreadPool::globalInstance()->start([field = QPointer(this), task = task_, file = file(), request = request_] {
    const DataSummary summary = summarizeFile(task, file);
    QMetaObject::invokeMethod(QCoreApplication::instance(), [field, summary, request] {
      if (field && field->request_ == request) field->showSummary(summary);
    });
  });
}

void DataField::showSummary(const DataSummary& summary) {
  summary_ = summary;
  QStringList lines;
  if (!summary.problem.isEmpty()) {
    lines = summary.problem.split('\n');
    if (lines.size() > 6) lines = lines.mid(0, 6) + QStringList{tr("and %1 more lines").arg(lines.size() - 6)};
  } else {
    if (!summary.counts.isEmpty()) lines.append(summary.counts);
    if (!summary.distribution.isEmpty()) lines.append(summary.distribution);
    lines.append(summary.remarks.mid(0, 3));
  }
  counts_->setText(lines.join('\n'));
  counts_->setVisible(!lines.isEmpty());
  setRole(counts_, summary.problem.isEmpty() ? "secondary" : "error");
  Q_EMIT summaryChanged();
}

void DataField::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void DataField::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    if (!url.isLocalFile()) continue;
    event->acceptProposedAction();
    setFile(url.toLocalFile());
    return;
  }
}

}  // namespace lorascope::ui
