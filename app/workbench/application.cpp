#include "app/workbench/application.h"

#include <QDir>
#include <QFileInfo>
#include <QPixmap>
#include <QSettings>
#include <QTimer>
#include <algorithm>
#include <iostream>

#include "core/store/workspace.h"
#include "ui/main_window/memory_return.h"
#include "ui/main_window/watchdog.h"
#include "ui/main_window/window_settings.h"

namespace lorascope::app {
namespace {

/// Long enough for the first rows to be read and drawn.
constexpr int kMillisecondsUntilPicture = 1500;

QString workspaceToOpen(const QString& wanted) {
  if (!wanted.isEmpty()) {
    return wanted;
  }
  const QString environment = qEnvironmentVariable("LORASCOPE_WORKSPACE");
  if (!environment.isEmpty()) {
    return environment;
  }
  if (store::Workspace::exists(".")) {
    return QStringLiteral(".");
  }
  const QString last = QSettings().value(QStringLiteral("workspace/last")).toString();
  if (!last.isEmpty() && store::Workspace::exists(last.toStdString())) {
    return last;
  }
  return QStringLiteral("lorascope-workspace");
}

}  // namespace

Application::Application(QApplication& application, const WorkbenchOptions& options)
    : application_(application), options_(options) {
  ui::returnFreedMemory(&application_);
  const QString kept = QSettings().value(QStringLiteral("window/theme")).toString();
  const ui::Appearance by_default = kept == "dark"    ? ui::Appearance::Dark
                                    : kept == "light" ? ui::Appearance::Light
                                                      : ui::systemAppearance();
  ui::applyTheme(application_, options.appearance.value_or(by_default));
  ui::Watchdog::fromEnvironment(&application_);
  session_ = std::make_unique<ui::SessionModel>();
  window_ = std::make_unique<ui::MainWindow>(session_.get());
  QObject::connect(window_.get(), &ui::MainWindow::appearanceChosen, window_.get(),
                   [this](ui::Appearance appearance) { chooseAppearance(appearance); });
  if (options_.size) {
    window_->resize(*options_.size);
  }
  if (!options_.tab.isEmpty() && !window_->showTab(options_.tab)) {
    std::cerr << "lorascope-workbench: there is no tab " << options_.tab.toStdString() << "; there are "
              << window_->tabNames().join(", ").toStdString() << '\n';
  }
  if (options_.run > 0) {
    auto* once = new QObject(window_.get());
    QObject::connect(session_.get(), &ui::SessionModel::runsChanged, once, [this, once] {
      if (session_->run(options_.run) == nullptr) return;
      session_->select({options_.run});
      once->deleteLater();
    });
  }
  session_->openWorkspace(QDir::current().absoluteFilePath(workspaceToOpen(options_.workspace)), true);
}

Application::~Application() = default;

int Application::run() {
  window_->show();
  if (!options_.screenshot.isEmpty()) {
    const int wait = std::max(kMillisecondsUntilPicture, options_.seconds_until_picture * 1000);
    QTimer::singleShot(wait, window_.get(), [this] { takeScreenshot(); });
  }
  return QApplication::exec();
}

void Application::chooseAppearance(ui::Appearance appearance) {
  ui::applyTheme(application_, appearance);
  QSettings().setValue(QStringLiteral("window/theme"), appearance == ui::Appearance::Dark ? "dark" : "light");
}

void Application::takeScreenshot() {
  const bool saved = window_->grab().save(options_.screenshot, nullptr, 0);
  if (!saved) {
    std::cerr << "lorascope-workbench: cannot write " << options_.screenshot.toStdString() << '\n';
  }
  QApplication::exit(saved ? 0 : 1);
}

}  // namespace lorascope::app
