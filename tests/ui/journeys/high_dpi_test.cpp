// The program itself at twice the resolution.

#include <QImage>
#include <QProcess>
#include <QSet>

#include "core/store/workspace.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"

namespace lorascope {
namespace {

/// A picture of a tab by the program; null where it failed.
QImage picture(const test::TemporaryFolder& folder, const QString& tab, const QString& factor) {
  const auto in = [&](const char* name) { return QString::fromStdString((folder.path() / name).string()); };
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("QT_SCALE_FACTOR", factor);
  environment.insert("QT_QPA_PLATFORM", "offscreen");
  environment.insert("LORASCOPE_SETTINGS", in("settings"));
  QProcess process;
  process.setProcessEnvironment(environment);
  process.start(LORASCOPE_WORKBENCH, {in("workspace"), "--tab", tab, "--size", "1280x800", "--theme", "light",
                                      "--screenshot", in("picture.png")});
  process.waitForFinished(60000);
  INFO(process.readAllStandardError().toStdString());
  CHECK(process.exitCode() == 0);
  return QImage(in("picture.png"));
}

TEST_CASE("At twice the resolution the window is drawn with twice the pixels, not blown up", "[ui][journey]") {
  test::qt_application();
  const test::TemporaryFolder folder;
  test::fill_sample_workspace(store::Workspace::open_or_create(folder.path() / "workspace"),
                              {.num_steps = 40, .spectrum_length = 8, .with_living = false});
  const QImage large = picture(folder, "Curves", "2");
  REQUIRE(large.size() == QSize(2560, 1600));
  // Blown up, every pixel would stand in a square of four equal ones.
  int unequal = 0;
  for (int y = 0; y + 1 < large.height(); y += 2) {
    for (int x = 0; x + 1 < large.width(); x += 2) {
      const QRgb first = large.pixel(x, y);
      unequal += first != large.pixel(x + 1, y) || first != large.pixel(x, y + 1) ? 1 : 0;
    }
  }
  CHECK(unequal > 5000);
}

}  // namespace
}  // namespace lorascope
