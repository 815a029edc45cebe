#include "ui/report/kit_bar.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/main_window/session_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

KitBar::KitBar(SessionModel* session, LorascopeProgram* program, MessageBar* messages, QWidget* parent)
    : QWidget(parent), session_(session), program_(program), messages_(messages) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  folder_ = new QLineEdit;
  folder_->setAccessibleName(tr("Folder of the kit"));
  auto* choose = new QPushButton(tr("Choose…"));
  choose->setAccessibleName(tr("Choose the kit's folder"));
  button_ = new QPushButton(themedIcon(QStringLiteral("export"), IconTone::OnAccent), tr("Export kit"));
  button_->setProperty("role", "primary");
  button_->setToolTip(tr("Figures, tables, commands, study files, versions, hashes and a README"));
  row->addWidget(makeCaption(tr("kit")));
  row->addWidget(folder_, 1);
  row->addWidget(choose);
  row->addWidget(button_);
  column->addLayout(row);
  command_ = new ElidedLabel;
  command_->setFont(fixedFont());
  command_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  command_->setAccessibleName(tr("The same in a terminal"));
  makeSecondary(command_);
  column->addWidget(command_);
  connect(button_, &QPushButton::clicked, this, &KitBar::exportKit);
  connect(folder_, &QLineEdit::textChanged, this, &KitBar::showCommand);
  connect(folder_, &QLineEdit::returnPressed, this, &KitBar::exportKit);
  connect(choose, &QPushButton::clicked, this, &KitBar::chooseFolder);
  connect(session_, &SessionModel::shownRunsChanged, this, &KitBar::showCommand);
  connect(session_, &SessionModel::workspaceOpened, this, [this] {
    setFolder(QDir(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation))
                  .filePath(QDir(session_->workspaceFolder()).dirName() + QStringLiteral("-kit")));
  });
}

void KitBar::setFolder(const QString& folder) {
  folder_->setText(folder);
  showCommand();
}

QString KitBar::folder() const {
  return folder_->text();
}

void KitBar::setReportEmpty(bool empty) {
  empty_ = empty;
  showCommand();
}

QStringList KitBar::arguments() const {
  QStringList arguments = {QStringLiteral("export")};
  if (empty_) {
    for (const RunId run : session_->shownRuns()) arguments.append(QString::number(run));
  }
  return arguments + QStringList{QStringLiteral("--kit"), folder(), QStringLiteral("--workspace"),
                                 session_->workspaceFolder()};
}

void KitBar::showCommand() {
  const QString line = LorascopeProgram::commandLine(arguments());
  command_->setText(line);
  command_->setToolTip(line);
}

void KitBar::chooseFolder() {
  auto* dialog = new QFileDialog(this, tr("Folder of the kit"), folder());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, &KitBar::setFolder);
  dialog->open();
}

void KitBar::exportKit() {
  if (folder().isEmpty()) {
    messages_->showMessage(Tone::Error, tr("No folder is named."), tr("Type a path or choose a folder."));
    Q_EMIT finished(false);
    return;
  }
  button_->setEnabled(false);
  messages_->showMessage(Tone::Info, tr("Writing the kit…"));
  const QStringList asked = arguments();
  program_->run(asked, [this, asked, folder = folder()](const ProgramResult& result) {
    button_->setEnabled(true);
    const bool written = result.exit_code == 0;
    if (written) {
      messages_->showMessage(Tone::Info, tr("The kit is in %1").arg(folder));
      messages_->addAction(tr("Open folder"), [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    } else {
      const QString errors = result.errors.trimmed();
      messages_->showMessage(Tone::Error, errors.isEmpty() ? tr("The kit could not be written.") : errors,
                             tr("In a terminal: %1").arg(LorascopeProgram::commandLine(asked)));
    }
    Q_EMIT finished(written);
  });
}

}  // namespace lorascope::ui
