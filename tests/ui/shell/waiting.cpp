#include "tests/ui/shell/waiting.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QThread>
#include <map>
#include <tuple>

#include "core/store/run_store.h"
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

OpenSession::OpenSession(const SampleOptions& options) {
  static std::map<std::tuple<int, int, bool, bool>, TemporaryFolder> filled;
  const auto [sample, is_new] =
      filled.try_emplace({options.num_steps, options.spectrum_length, options.with_living, options.with_trouble});
  if (is_new) {
    fill_sample_workspace(store::Workspace::open_or_create(sample->second.path() / "workspace"), options);
  }
  std::filesystem::copy(sample->second.path() / "workspace", folder(), std::filesystem::copy_options::recursive);
  open();
}

OpenSession::OpenSession(const std::function<void(const store::Workspace&)>& fill) {
  fill(store::Workspace::open_or_create(folder()));
  open();
}

OpenSession::OpenSession(const std::filesystem::path& workspace) {
  std::filesystem::copy(workspace, folder(), std::filesystem::copy_options::recursive);
  open();
}

void OpenSession::open() {
  qt_application();
  qputenv("LORASCOPE_SETTINGS", QByteArray::fromStdString((folder_.path() / "settings").string()));
  ui::chooseSettingsFolder();
  other_ = std::make_unique<store::Workspace>(store::Workspace::open(folder()));
  const std::size_t num_runs = store::RunStore(*other_).list().size();
  session_ = std::make_unique<ui::SessionModel>();
  session_->openWorkspace(QString::fromStdString(folder().string()));
  wait_until([&] { return !session_->workspaceFolder().isEmpty() && session_->runs().size() == num_runs; });
}

}  // namespace lorascope::test
