#include "ui/representations/command_progress.h"

#include <QRegularExpression>

#include "ui/process/watched_command.h"

namespace lorascope::ui {
namespace {

constexpr int kBarHeight = 3;

}  // namespace

CommandProgress::CommandProgress(const LorascopeProgram* program, QWidget* parent)
    : QProgressBar(parent), command_(new WatchedCommand(program, this)) {
  setTextVisible(false);
  setFixedHeight(kBarHeight);
  hide();
  connect(command_, &WatchedCommand::progressed, this, &CommandProgress::showLine);
  connect(command_, &WatchedCommand::finished, this, [this](const ProgramResult& result, bool cancelled) {
    hide();
    Q_EMIT finished(result, cancelled);
  });
}

bool CommandProgress::isRunning() const { return command_->isRunning(); }

void CommandProgress::start(const QStringList& arguments) {
  if (isRunning()) return;
  setRange(0, 0);
  show();
  Q_EMIT said(tr("starting…"));
  command_->start(arguments);
}

void CommandProgress::cancel() {
  if (!isRunning()) return;
  Q_EMIT said(tr("stopping…"));
  command_->cancel();
}

void CommandProgress::showLine(const QString& line) {
  static const QRegularExpression kShare(QStringLiteral("(\\d+)/(\\d+)"));
  const QRegularExpressionMatch match = kShare.match(line);
  setRange(0, match.hasMatch() ? match.captured(2).toInt() : 0);
  setValue(match.captured(1).toInt());
  Q_EMIT said(line);
}

QString problemText(const ProgramResult& result, const QString& otherwise) {
  static const QRegularExpression kProgress(QStringLiteral(" \\d+/\\d+(  .*)?$"));
  QStringList lines = result.errors.trimmed().split('\n');
  lines.removeIf([](const QString& line) { return kProgress.match(line).hasMatch(); });
  const QString text = lines.join('\n').trimmed();
  return text.isEmpty() ? otherwise : text;
}

}  // namespace lorascope::ui
