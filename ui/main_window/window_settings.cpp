#include "ui/main_window/window_settings.h"

#include <QMainWindow>
#include <QSettings>

namespace lorascope::ui {

void chooseSettingsFolder() {
  QSettings::setDefaultFormat(QSettings::IniFormat);
  const QString folder = qEnvironmentVariable("LORASCOPE_SETTINGS");
  if (!folder.isEmpty()) {
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
  }
}

void saveLayout(const QMainWindow& window) {
  QSettings settings;
  settings.setValue(QStringLiteral("window/geometry"), window.saveGeometry());
  settings.setValue(QStringLiteral("window/docks"), window.saveState(kLayoutVersion));
}

bool restoreLayout(QMainWindow& window) {
  const QSettings settings;
  const QByteArray docks = settings.value(QStringLiteral("window/docks")).toByteArray();
  if (docks.isEmpty() || !window.restoreState(docks, kLayoutVersion)) {
    return false;
  }
  window.restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
  return true;
}

}  // namespace lorascope::ui
