#pragma once

#include <QString>
#include <filesystem>
#include <memory>
#include <string>

#include "core/study/run_settings.h"
#include "tests/support/temporary_folder.h"
#include "ui/main_window/main_window.h"
#include "ui/study/study_draft.h"

class QAbstractButton;

namespace lorascope::test {

/// A window on an empty workspace of its own, whose child processes are the real program; its built-in comparison is a
/// tiny study.
class Journey {
 public:
  /// `name` of its pictures.
  explicit Journey(const std::string& name);
  ~Journey();

  ui::MainWindow& window() { return *window_; }
  ui::SessionModel& session() { return *session_; }
  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path workspace() const { return folder_.path() / "workspace"; }
  /// Model and data of a tiny run, as write_tiny_run() makes them.
  const study::RunSettings& tiny() const { return tiny_; }
  /// FT and LoRA over them for so many steps.
  ui::StudyDraft draft(const QString& name, int num_steps, const QString& seeds) const;

  /// Closes the window and opens it again on the same workspace.
  void reopen();
  /// The visible button with this text or accessible name in the window (or `within` a part of it); nullptr: none.
  QAbstractButton* button(const QString& text, QWidget* within = nullptr);
  /// Presses it with the mouse; fails the test where there is none.
  void press(const QString& text, QWidget* within = nullptr);
  /// Waits until every run has ended and the window knows it; `count` of them.
  bool wait_for_runs(std::size_t count, int milliseconds = 120000);
  /// Pictures of the window, as save_pictures() makes them.
  void picture(const std::string& step);

 private:
  void open();

  TemporaryFolder folder_;
  std::string name_;
  study::RunSettings tiny_;
  std::unique_ptr<ui::SessionModel> session_;
  std::unique_ptr<ui::MainWindow> window_;
};

/// Lets a file or folder fall on the window.
void drop_on(QWidget& widget, const std::filesystem::path& path);

}  // namespace lorascope::test
