#include "tests/ui/shell/window_pictures.h"

#include <QDir>
#include <QStringList>
#include <QTest>
#include <QWidget>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "ui/widgets/theme.h"

namespace lorascope::test {
namespace {

constexpr int kMillisecondsToDraw = 400;

void save(QWidget& window, const QString& name) {
  QTest::qWait(kMillisecondsToDraw);
  CHECK(window.grab().save(QDir(qEnvironmentVariable("LORASCOPE_PICTURES")).filePath(name + QStringLiteral(".png")), "PNG", 0));
}

}  // namespace

void save_pictures(QWidget& window, const std::string& name) {
  if (qEnvironmentVariable("LORASCOPE_PICTURES").isEmpty()) return;
  const QString stem = QString::fromStdString(name);
  const QStringList sizes = qEnvironmentVariable("LORASCOPE_PICTURE_SIZES").split(' ', Qt::SkipEmptyParts);
  if (sizes.isEmpty()) return save(window, stem);
  const QSize before = window.size();
  for (const QString& size : sizes) {
    window.resize(size.section('x', 0, 0).toInt(), size.section('x', 1, 1).toInt());
    for (const bool is_dark : {false, true}) {
      ui::applyTheme(qt_application(), is_dark ? ui::Appearance::Dark : ui::Appearance::Light);
      save(window, QStringLiteral("%1-%2-%3").arg(stem, size, is_dark ? QStringLiteral("dark") : QStringLiteral("light")));
    }
  }
  ui::applyTheme(qt_application(), ui::Appearance::Light);
  window.resize(before);
}

}  // namespace lorascope::test
