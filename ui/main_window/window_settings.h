#pragma once

#include <QByteArray>
#include <QString>

class QMainWindow;

namespace lorascope::ui {

/// Where windows, columns and plot options are kept between sessions: the folder LORASCOPE_SETTINGS, or the desktop's
/// usual place. Called once, before the first QSettings.
void chooseSettingsFolder();

/// Layouts of another version are not restored: their docks would come back wrong.
inline constexpr int kLayoutVersion = 1;

void saveLayout(const QMainWindow& window);
/// False when there is none of this version; the window is unchanged then.
bool restoreLayout(QMainWindow& window);

}  // namespace lorascope::ui
