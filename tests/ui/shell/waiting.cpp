#include "tests/ui/shell/waiting.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QThread>

#include "tests/support/qt_application.h"
#include "ui/main_window/window_settings.h"

namespace lorascope::test {

bool wait_until(const std::function<bool()>& condition, int milliseconds) {
  QElapsedTimer timer;
  timer.start();
  while (!condition()) {
    if (timer.elapsed() > milliseconds) return false;
    QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    QThread::msleep(2);
  }
  return true;
}

OpenSession::OpenSession(const std::function<void(const store::Workspace&)>& fill) {
  qt_application();
  qputenv("LORASCOPE_SETTINGS", QByteArray::fromStdString((folder_.path() / "settings").string()));
  ui::chooseSettingsFolder();
  other_ = std::make_unique<store::Workspace>(store::Workspace::open_or_create(folder()));
  fill(*other_);
  session_ = std::make_unique<ui::SessionModel>();
  bool opened = false;
  QObject::connect(session_.get(), &ui::SessionModel::runsChanged,
                   [&] { opened = !session_->workspaceFolder().isEmpty(); });
  session_->openWorkspace(QString::fromStdString(folder().string()));
  const std::size_t num_runs = fill ? 1 : 0;
  wait_until([&] { return opened && session_->runs().size() >= num_runs; });
}

}  // namespace lorascope::test
