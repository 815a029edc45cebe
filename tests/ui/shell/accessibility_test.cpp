// What a person without a mouse, or without eyes, meets: names, tab order, help, contrast.

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QTest>
#include <QToolButton>
#include <cmath>
#include <fstream>
#include <set>

#include "core/figures/plot_style.h"
#include "core/study/settings_fields.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/log/log_panel.h"
#include "ui/log/process_log.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/help_window.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_export_panel.h"
#include "ui/process/run_control.h"
#include "ui/train/train_tab.h"
#include "ui/weights/map_twin.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = true};

/// Parts that Qt makes for itself inside a named widget.
bool is_internal(const QWidget* widget) {
  return widget->objectName().startsWith("qt_") || widget->inherits("QTableCornerButton") ||
         widget->inherits("QLineEditIconButton") || widget->inherits("QScrollBar") || widget->inherits("QHeaderView") ||
         widget->inherits("QMenu") || widget->inherits("QComboBoxPrivateContainer") ||
         widget->inherits("QComboBoxListView") || widget->inherits("QCustomPlot");
}

QString name_of(const QWidget* widget) {
  if (!widget->accessibleName().isEmpty()) return widget->accessibleName();
  if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) return button->text();
  if (const auto* label = qobject_cast<const QLabel*>(widget)) return label->text();
  return widget->windowTitle();
}

void check_names(const QWidget& window) {
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus || is_internal(widget)) continue;
    if (widget->parentWidget() != nullptr && widget->parentWidget()->focusProxy() == widget) continue;
    // A label that says nothing now is nothing to name.
    const auto* label = qobject_cast<const QLabel*>(widget);
    if (label != nullptr && label->text().isEmpty()) continue;
    // An editor inside a named spin or combo box speaks for that.
    if (qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) != nullptr ||
        qobject_cast<QComboBox*>(widget->parentWidget()) != nullptr) {
      continue;
    }
    INFO(widget->metaObject()->className() << " in " << widget->parent()->metaObject()->className());
    CHECK_FALSE(name_of(widget).isEmpty());
  }
}

double contrast(const QColor& a, const QColor& b) {
  const auto luminance = [](const QColor& colour) {
    const auto linear = [](double value) {
      return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF()) + 0.05;
  };
  return std::max(luminance(a), luminance(b)) / std::min(luminance(a), luminance(b));
}

TEST_CASE("Every widget that takes the focus has a name, on every page", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  open.session().select({open.session().runs().back().id});
  window.setLogUnfolded(true);
  window.makeStudy();
  for (const QString& tab : window.tabNames()) window.showTab(tab);
  for (PlotCard* card : window.findChildren<PlotCard*>()) card->exportPanel();
  for (TableCard* card : window.findChildren<TableCard*>()) card->exportPanel();
  for (MapTwin* map : window.findChildren<MapTwin*>()) map->exportPanel();
  check_names(window);
  HelpWindow help;
  check_names(help);
}

TEST_CASE("Tab goes through the window and comes back, without the mouse", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  QApplication::setActiveWindow(&window);
  for (const QString& tab : window.tabNames()) {
    window.showTab(tab);
    QTest::keyClick(&window, Qt::Key_Tab);
    const QWidget* first = window.focusWidget();
    REQUIRE(first != nullptr);
    std::set<const QWidget*> visited;
    QString chain;
    for (int i = 0; i < 300 && visited.insert(window.focusWidget()).second; ++i) {
      chain += QString::fromUtf8(window.focusWidget()->metaObject()->className()) + ' ' +
               name_of(window.focusWidget()) + '\n';
      QTest::keyClick(window.focusWidget(), Qt::Key_Tab);
      if (window.focusWidget() == nullptr) break;
    }
    INFO(tab.toStdString() << ":\n" << chain.toStdString());
    CHECK(visited.size() > 8);
    CHECK(visited.contains(window.focusWidget()));
  }
}

TEST_CASE("Text has a contrast of at least 4.5 in both appearances, labels of curves too", "[ui]") {
  for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
    const Colours& c = coloursOf(appearance);
    for (const QColor& ground : {c.window, c.surface, c.hover, c.selection}) {
      for (const QColor& text : {c.text, c.secondary}) {
        INFO(text.name().toStdString() << " on " << ground.name().toStdString());
        CHECK(contrast(text, ground) >= 4.5);
      }
    }
    for (const QColor& text : {c.accent, c.ok, c.warning, c.error}) {
      CHECK(contrast(text, c.surface) >= 4.5);
      CHECK(contrast(text, c.window) >= 4.5);
    }
    CHECK(contrast(c.accentText, c.accent) >= 4.5);
    const auto theme = appearance == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
    const figures::PlotInk ink = figures::plot_ink(theme);
    const auto colour = [](figures::Rgb rgb) { return QColor(rgb.red, rgb.green, rgb.blue); };
    for (const char* method : {"base", "ft", "lora", "xlora", "mixture"}) {
      const figures::Rgb label = figures::readable(figures::method_colour(method, theme), ink.ground);
      CHECK(contrast(colour(label), colour(ink.ground)) >= 4.5);
    }
    CHECK(contrast(colour(ink.secondary), colour(ink.ground)) >= 4.5);
  }
}

TEST_CASE("Every setting and every measure has help", "[ui]") {
  test::qt_application();
  for (const study::SettingsField& field : study::settings_fields()) {
    INFO(field.key);
    CHECK_FALSE(helpSummary(QString::fromStdString(field.key)).isEmpty());
  }
  for (const char* id : {"measure.loss", "measure.f1", "measure.accuracy", "measure.exact_match", "measure.spectrum",
                         "measure.stable_rank", "measure.effective_rank", "measure.energy_rank", "measure.norm",
                         "measure.relative_norm", "measure.interval", "measure.significance", "measure.overlap"}) {
    CHECK(helpHtml(QString::fromUtf8(id)).contains("<h2>"));
  }
  CHECK(helpHtml(QStringLiteral("measure.stable_rank")).contains("When not to believe it"));
  CHECK(helpHtml(QStringLiteral("no such topic")).isEmpty());
}

TEST_CASE("F1 speaks about what has the focus", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.showHelpTopic(QStringLiteral("lora.rank"));
  REQUIRE(window.helpWindow() != nullptr);
  CHECK(window.helpWindow()->text().contains("LoRA rank"));
  window.showHelpTopic({});
  CHECK(window.helpWindow()->text().contains("Ctrl+K"));
  QWidget outer, inner(&outer);
  setHelpTopic(&outer, QStringLiteral("measure.f1"));
  CHECK(helpTopicOf(&inner) == "measure.f1");
}

TEST_CASE("The palette finds commands by a few letters and runs them", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.openPalette();
  CommandPalette* palette = window.commandPalette();
  REQUIRE(palette->isVisible());
  QTest::keyClicks(palette->line(), QStringLiteral("make a study"));
  REQUIRE(palette->list()->count() > 0);
  CHECK(palette->list()->item(0)->text().startsWith("Make a study"));
  QTest::keyClick(palette->line(), Qt::Key_Return);
  CHECK_FALSE(palette->isVisible());
  window.openPalette();
  QTest::keyClick(palette->line(), Qt::Key_Escape);
  CHECK_FALSE(palette->isVisible());
  CHECK(paletteScore(QStringLiteral("Export the plot"), QStringLiteral("exp")) >
        paletteScore(QStringLiteral("Next step"), QStringLiteral("exp")));
  CHECK(paletteScore(QStringLiteral("Undo"), QStringLiteral("xyz")) < 0);
}

TEST_CASE("The log shows what a run's process has written", "[ui]") {
  OpenSession open(kSample);
  const store::RunId run = open.session().runs().front().id;
  const std::filesystem::path folder = open.folder() / "artifacts" / ("run-" + std::to_string(run));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "log.txt") << "first line\nwhat(): no memory\n";
  MainWindow window(&open.session());
  window.show();
  open.session().select({run});
  window.logPanel()->showOutput(true);
  window.setLogUnfolded(true);
  CHECK(wait_until([&] { return window.logPanel()->processLog()->toPlainText().contains("no memory"); }));
}

}  // namespace
}  // namespace lorascope::ui
