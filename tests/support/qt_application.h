#pragma once

#include <QApplication>

namespace lorascope::test {

/// The one application of a test program, on the offscreen platform unless the environment names another. It is never
/// destroyed: Qt wants it to outlive everything static.
inline QApplication& qt_application() {
  static QApplication* application = [] {
    static int count = 1;
    static char name[] = "test";
    static char* arguments[] = {name, nullptr};
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication::setOrganizationName(QStringLiteral("lorascope-tests"));
    QApplication::setApplicationName(QStringLiteral("lorascope-tests"));
    return new QApplication(count, arguments);
  }();
  return *application;
}

}  // namespace lorascope::test
