#pragma once

#include <QApplication>
#include <QSize>
#include <memory>

#include "ui/main_window/main_window.h"
#include "ui/main_window/session_model.h"
#include "ui/widgets/theme.h"

namespace lorascope::app {

/// What the command line asked for.
struct WorkbenchOptions {
  QString workspace;  ///< empty = as the command line does, else the last one
  QString tab;        ///< empty = as it was left
  std::optional<QSize> size;
  std::optional<ui::Appearance> appearance;
  int run = 0;         ///< is selected; 0: none
  QString screenshot;  ///< renders the window to this file and ends
  int seconds_until_picture = 0;  ///< 0: as long as the first rows need to be read and drawn
};

/// The desktop program: opens the workspace, builds the window; no other logic.
class Application {
 public:
  Application(QApplication& application, const WorkbenchOptions& options);
  ~Application();

  /// Runs until the window is closed, or the picture is written.
  int run();

 private:
  void chooseAppearance(ui::Appearance appearance);
  void takeScreenshot();

  QApplication& application_;
  WorkbenchOptions options_;
  std::unique_ptr<ui::SessionModel> session_;
  std::unique_ptr<ui::MainWindow> window_;
};

}  // namespace lorascope::app
