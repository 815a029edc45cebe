#include "tests/ui/journeys/journey.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDropEvent>
#include <QMimeData>
#include <QTest>
#include <QUrl>
#include <algorithm>

#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/tiny_run.h"
#include "tests/ui/shell/waiting.h"
#include "tests/ui/shell/window_pictures.h"
#include "ui/main_window/session_model.h"
#include "ui/main_window/window_settings.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::test {

Journey::Journey(const std::string& name) : name_(name) {
  qt_application();
  qputenv("LORASCOPE_SETTINGS", QByteArray::fromStdString((folder() / "settings").string()));
  ui::chooseSettingsFolder();
  tiny_ = write_tiny_run(folder() / "tiny");
  // The built-in comparison of the real program takes minutes: the same command runs a tiny study.
  const std::filesystem::path study = folder() / "built-in.toml", script = folder() / "lorascope";
  write_file_atomically(study, draft(QStringLiteral("built-in"), 60, QStringLiteral("42")).toml().toStdString());
  write_file_atomically(script, std::string("#!/bin/sh\nif [ \"$1\" = demo ]; then shift; exec \"" LORASCOPE_PROGRAM
                                            "\" run \"") + study.string() + "\" \"$@\"; fi\nexec \"" LORASCOPE_PROGRAM
                                            "\" \"$@\"\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  qputenv("LORASCOPE_PROGRAM", QByteArray::fromStdString(script.string()));
  open();
}

Journey::~Journey() {
  qunsetenv("LORASCOPE_PROGRAM");
}

void Journey::open() {
  ui::applyTheme(qt_application(), ui::Appearance::Light);
  session_ = std::make_unique<ui::SessionModel>();
  window_ = std::make_unique<ui::MainWindow>(session_.get());
  window_->resize(1280, 800);
  window_->show();
  session_->openWorkspace(QString::fromStdString(workspace().string()), true);
  REQUIRE(wait_until([this] { return !session_->workspaceFolder().isEmpty(); }));
}

void Journey::reopen() {
  window_->close();
  window_.reset();
  session_.reset();
  open();
}

ui::StudyDraft Journey::draft(const QString& name, int num_steps, const QString& seeds) const {
  ui::StudyDraft draft;
  draft.name = name;
  draft.model = QString::fromStdString(tiny_.model);
  draft.train = QString::fromStdString(tiny_.train_file);
  draft.eval = QString::fromStdString(tiny_.eval_file);
  draft.seeds = seeds;
  draft.settings = {{"training.max_steps", std::to_string(num_steps)}, {"training.batch_size", "8"},
                    {"training.evaluate_every_steps", "20"},           {"training.spectra_every_steps", "5"},
                    {"training.learning_rate", "0.01"},                {"threads", "1"}};
  draft.methods = {{QStringLiteral("FT"), "ft", {}},
                   {QStringLiteral("LoRA r 3"), "lora", {{"lora.rank", "3"}, {"training.learning_rate", "0.03"}}}};
  return draft;
}

QAbstractButton* Journey::button(const QString& text, QWidget* within) {
  QWidget* root = within != nullptr ? within : window_.get();
  for (QAbstractButton* button : root->findChildren<QAbstractButton*>()) {
    if (button->isVisible() && (button->text() == text || button->accessibleName() == text)) return button;
  }
  return nullptr;
}

void Journey::press(const QString& text, QWidget* within) {
  INFO("button " << text.toStdString());
  REQUIRE(wait_until([&] { return button(text, within) != nullptr && button(text, within)->isEnabled(); }));
  QTest::mouseClick(button(text, within), Qt::LeftButton);
}

bool Journey::wait_for_runs(std::size_t count, int milliseconds) {
  const bool all = wait_until(
      [&] {
        const auto& runs = session_->runs();
        return runs.size() == count && std::all_of(runs.begin(), runs.end(), [](const auto& run) {
                 return run.state == store::RunState::Finished;
               });
      },
      milliseconds);
  if (!all) {
    UNSCOPED_INFO("message: " << window_->messages()->message().toStdString());
    for (const store::RunRecord& run : session_->runs())
      UNSCOPED_INFO("run " << run.id << ": " << store::text(run.state) << ", step " << run.heartbeat.step << ", "
                           << run.reason);
  }
  return all;
}

void Journey::picture(const std::string& step) { save_pictures(*window_, name_ + "-" + step); }

void drop_on(QWidget& widget, const std::filesystem::path& path) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(QString::fromStdString(path.string()))});
  QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&widget, &enter);
  QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&widget, &drop);
}

}  // namespace lorascope::test
