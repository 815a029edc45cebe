#include <QCommandLineParser>
#include <exception>
#include <iostream>
#include <optional>

#include "app/workbench/application.h"
#include "ui/main_window/window_settings.h"

namespace lorascope::app {
namespace {

std::optional<QSize> sizeFrom(const QString& text) {
  const QStringList parts = text.split('x');
  const QSize size(parts.value(0).toInt(), parts.value(1).toInt());
  return size.width() >= 100 && size.height() >= 100 ? std::optional(size) : std::nullopt;
}

int runWorkbench(int argc, char** argv) {
  QApplication::setOrganizationName(QStringLiteral("lorascope"));
  QApplication::setApplicationName(QStringLiteral("lorascope-workbench"));
  QApplication::setApplicationVersion(QStringLiteral(LORASCOPE_VERSION));
  ui::chooseSettingsFolder();
  QApplication application(argc, argv);
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Shows what low-rank adapters do to a language encoder."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("workspace"),
                               QStringLiteral("Folder of the store; made where there is none"),
                               QStringLiteral("[WORKSPACE]"));
  const QCommandLineOption screenshot(
      QStringLiteral("screenshot"), QStringLiteral("Writes a picture of the window and ends"), QStringLiteral("FILE"));
  const QCommandLineOption tab(QStringLiteral("tab"), QStringLiteral("Train, Curves, Compare, Weights, Inspect, Representations, Report or Study"),
                               QStringLiteral("NAME"));
  const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window: 1280x800"),
                                QStringLiteral("WxH"));
  const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light or dark"), QStringLiteral("THEME"));
  const QCommandLineOption run(QStringLiteral("run"), QStringLiteral("Selects this run"), QStringLiteral("NUMBER"));
  const QCommandLineOption after(QStringLiteral("after"), QStringLiteral("Seconds until the picture is taken"),
                                 QStringLiteral("SECONDS"));
  parser.addOptions({screenshot, after, tab, run, size, theme});
  parser.process(application);
  WorkbenchOptions options;
  options.workspace = parser.positionalArguments().value(0);
  options.screenshot = parser.value(screenshot);
  options.seconds_until_picture = parser.value(after).toInt();
  options.tab = parser.value(tab);
  options.run = parser.value(run).toInt();
  if (parser.isSet(size)) {
    options.size = sizeFrom(parser.value(size));
  }
  if (parser.isSet(theme)) {
    options.appearance = parser.value(theme) == "dark" ? ui::Appearance::Dark : ui::Appearance::Light;
  }
  Application workbench(application, options);
  return workbench.run();
}

}  // namespace
}  // namespace lorascope::app

int main(int argc, char** argv) {
  try {
    return lorascope::app::runWorkbench(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "lorascope-workbench: " << error.what() << '\n';
    return 1;
  }
}
