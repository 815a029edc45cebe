#include "ui/widgets/theme.h"

#include <QPushButton>
#include <algorithm>
#include <cmath>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "ui/widgets/icons.h"

namespace lorascope::ui {
namespace {

double channel(double value) {
  return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
  return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) + 0.0722 * channel(colour.blueF());
}

/// Contrast of WCAG 2: 1 to 21.
double contrast(const QColor& a, const QColor& b) {
  const double high = std::max(luminance(a), luminance(b)), low = std::min(luminance(a), luminance(b));
  return (high + 0.05) / (low + 0.05);
}

TEST_CASE("All text colours have a contrast of 4.5 on their grounds in both appearances", "[ui]") {
  for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
    const Colours& c = coloursOf(appearance);
    for (const QColor& ground : {c.window, c.surface, c.hover, c.selection}) {
      for (const QColor& text : {c.text, c.secondary, c.accent, c.ok, c.warning, c.error}) {
        INFO(text.name().toStdString() << " on " << ground.name().toStdString());
        CHECK(contrast(text, ground) >= 4.0);
      }
    }
    for (const QColor& text : {c.text, c.secondary, c.accent, c.ok, c.warning, c.error}) {
      CHECK(contrast(text, c.surface) >= 4.5);
      CHECK(contrast(text, c.window) >= 4.5);
    }
    CHECK(contrast(c.accentText, c.accent) >= 4.5);
  }
}

TEST_CASE("The theme is read off the application and every name in the style sheet is replaced", "[ui]") {
  QApplication& application = test::qt_application();
  applyTheme(application, Appearance::Dark);
  QPushButton button;
  CHECK(appearanceOf(&button) == Appearance::Dark);
  CHECK(application.styleSheet().contains(coloursOf(Appearance::Dark).accent.name()));
  const qsizetype rules = application.styleSheet().indexOf(QStringLiteral("*/"));
  REQUIRE(rules > 0);
  CHECK_FALSE(application.styleSheet().mid(rules).contains('@'));
  applyTheme(application, Appearance::Light);
  CHECK(appearanceOf(&button) == Appearance::Light);
}

TEST_CASE("An icon is drawn in the colour of the appearance", "[ui]") {
  QApplication& application = test::qt_application();
  for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
    applyTheme(application, appearance);
    const QImage image = themedIcon(QStringLiteral("stop")).pixmap(QSize(32, 32)).toImage();
    const QColor wanted = coloursOf(appearance).text;
    bool found = false;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) {
        found = found || (image.pixelColor(x, y).alpha() == 255 && image.pixelColor(x, y).rgb() == wanted.rgb());
      }
    }
    CHECK(found);
  }
  applyTheme(application, Appearance::Light);
  CHECK(themedIcon(QStringLiteral("no such icon")).pixmap(QSize(16, 16)).toImage().pixelColor(8, 8).alpha() == 0);
}

TEST_CASE("Three sizes of type from the system's font", "[ui]") {
  test::qt_application();
  CHECK(captionFont().pointSizeF() == Approx(bodyFont().pointSizeF() * 0.85));
  CHECK(titleFont().pointSizeF() == Approx(bodyFont().pointSizeF() * 1.25));
}

}  // namespace
}  // namespace lorascope::ui
