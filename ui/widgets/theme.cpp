#include "ui/widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>
#include <QStyleHints>
#include <QWidget>
#include <utility>
#include <vector>

#include "ui/widgets/resources.h"

namespace lorascope::ui {
namespace {

Colours makeColours(Colours base, double hover_share, double selection_share) {
  base.hover = mixed(base.window, base.text, hover_share);
  base.selection = mixed(base.window, base.accent, selection_share);
  return base;
}

Colours lightColours() {
  return makeColours({.window = QColor(0xF6, 0xF7, 0xF8),
                      .surface = QColor(0xFF, 0xFF, 0xFF),
                      .text = QColor(0x1B, 0x1F, 0x24),
                      .secondary = QColor(0x57, 0x60, 0x6A),
                      .line = QColor(0xD8, 0xDC, 0xE0),
                      .accent = QColor(0x2F, 0x6F, 0xB2),
                      .accentText = QColor(0xFF, 0xFF, 0xFF),
                      .ok = QColor(0x1A, 0x7F, 0x4B),
                      .warning = QColor(0x9A, 0x67, 0x00),
                      .error = QColor(0xB4, 0x23, 0x18),
                      .hover = {},
                      .selection = {}},
                     0.05, 0.08);
}

Colours darkColours() {
  return makeColours({.window = QColor(0x1D, 0x20, 0x24),
                      .surface = QColor(0x15, 0x18, 0x1B),
                      .text = QColor(0xE6, 0xE8, 0xEA),
                      .secondary = QColor(0xA3, 0xAB, 0xB3),
                      .line = QColor(0x34, 0x3A, 0x40),
                      .accent = QColor(0x6C, 0xA8, 0xE8),
                      .accentText = QColor(0x10, 0x13, 0x16),
                      .ok = QColor(0x4C, 0xC3, 0x8A),
                      .warning = QColor(0xE3, 0xB3, 0x41),
                      .error = QColor(0xFF, 0x7B, 0x72),
                      .hover = {},
                      .selection = {}},
                     0.06, 0.16);
}

QPalette makePalette(const Colours& c) {
  QPalette palette;
  palette.setColor(QPalette::Window, c.window);
  palette.setColor(QPalette::WindowText, c.text);
  palette.setColor(QPalette::Base, c.surface);
  palette.setColor(QPalette::AlternateBase, c.window);
  palette.setColor(QPalette::Text, c.text);
  palette.setColor(QPalette::PlaceholderText, c.secondary);
  palette.setColor(QPalette::Button, c.surface);
  palette.setColor(QPalette::ButtonText, c.text);
  palette.setColor(QPalette::BrightText, c.error);
  palette.setColor(QPalette::ToolTipBase, c.surface);
  palette.setColor(QPalette::ToolTipText, c.text);
  palette.setColor(QPalette::Highlight, c.accent);
  palette.setColor(QPalette::HighlightedText, c.accentText);
  palette.setColor(QPalette::Link, c.accent);
  palette.setColor(QPalette::LinkVisited, c.accent);
  palette.setColor(QPalette::Light, c.surface);
  palette.setColor(QPalette::Midlight, c.hover);
  palette.setColor(QPalette::Mid, c.line);
  palette.setColor(QPalette::Dark, c.line);
  palette.setColor(QPalette::Shadow, c.line);
  const QColor faded = mixed(c.secondary, c.window, 0.35);
  for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, faded);
  }
  return palette;
}

QString styleSheet(const Colours& c) {
  QFile file(QStringLiteral(":/styles/lorascope.qss"));
  if (!file.open(QIODevice::ReadOnly)) {
    return {};
  }
  QString sheet = QString::fromUtf8(file.readAll());
  // Longer names first: "@accentText" contains "@accent".
  const std::vector<std::pair<QString, QColor>> values = {
      {"@accentHover", mixed(c.accent, c.text, 0.15)},
      {"@accentText", c.accentText},
      {"@accent", c.accent},
      {"@window", c.window},
      {"@surface", c.surface},
      {"@text", c.text},
      {"@secondary", c.secondary},
      {"@faded", mixed(c.secondary, c.window, 0.35)},
      {"@line", c.line},
      {"@strongLine", mixed(c.line, c.secondary, 0.35)},
      {"@ok", c.ok},
      {"@warningGround", mixed(c.surface, c.warning, 0.10)},
      {"@warning", c.warning},
      {"@errorGround", mixed(c.surface, c.error, 0.08)},
      {"@error", c.error},
      {"@hover", c.hover},
      {"@selection", c.selection},
  };
  for (const auto& [name, colour] : values) {
    sheet.replace(name, colour.name());
  }
  return sheet;
}

QFont scaledFont(double factor) {
  QFont font = QApplication::font();
  if (font.pointSizeF() > 0) {
    font.setPointSizeF(font.pointSizeF() * factor);
  } else {
    font.setPixelSize(qRound(font.pixelSize() * factor));
  }
  return font;
}

}  // namespace

const Colours& coloursOf(Appearance appearance) {
  static const Colours kLight = lightColours();
  static const Colours kDark = darkColours();
  return appearance == Appearance::Dark ? kDark : kLight;
}

Appearance appearanceOf(const QWidget*) {
  // Not the widget's own palette: the style sheet puts transparent grounds into it.
  const QPalette palette = QApplication::palette();
  return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness()
             ? Appearance::Dark
             : Appearance::Light;
}

const Colours& coloursOf(const QWidget* widget) {
  return coloursOf(appearanceOf(widget));
}

Appearance systemAppearance() {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
  return QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark ? Appearance::Dark : Appearance::Light;
#else
  const QPalette palette = QGuiApplication::palette();
  return palette.color(QPalette::Window).lightness() < 128 ? Appearance::Dark : Appearance::Light;
#endif
}

void applyTheme(QApplication& application, Appearance appearance) {
  loadResources();
  const Colours& colours = coloursOf(appearance);
  // A style sheet wraps the style: setting Fusion again below it would drop the sheet's wrapper, so once is enough.
  if (application.styleSheet().isEmpty()) {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  }
  QApplication::setPalette(makePalette(colours));
  application.setStyleSheet(styleSheet(colours));
}

QFont captionFont() {
  return scaledFont(0.85);
}
QFont bodyFont() {
  return scaledFont(1.0);
}

QFont boldFont() {
  QFont font = bodyFont();
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont titleFont() {
  QFont font = scaledFont(1.25);
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont fixedFont() {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  if (QApplication::font().pointSizeF() > 0) {
    font.setPointSizeF(QApplication::font().pointSizeF() * 0.92);
  }
  return font;
}

QColor mixed(const QColor& colour, const QColor& other, double share) {
  const auto mix = [share](float a, float b) { return static_cast<float>(a + (b - a) * share); };
  return QColor::fromRgbF(mix(colour.redF(), other.redF()), mix(colour.greenF(), other.greenF()),
                          mix(colour.blueF(), other.blueF()));
}

}  // namespace lorascope::ui
