#pragma once

#include <QColor>
#include <QFont>
#include <QString>

class QApplication;
class QWidget;

namespace lorascope::ui {

enum class Appearance { Light, Dark };

/// The colours of one appearance. Every widget and plot takes its colours from here; method colours come from
/// core/figures/plot_style.h. Text colours have a contrast of at least 4.5:1 on `window` and `surface`.
struct Colours {
  QColor window;      ///< behind everything
  QColor surface;     ///< cards, fields, plots
  QColor text;        ///< body text
  QColor secondary;   ///< captions, axes, placeholder text
  QColor line;        ///< borders, separators, faint grid
  QColor accent;      ///< the one accent: primary button, running, step cursor
  QColor accentText;  ///< text on accent
  QColor ok;          ///< finished
  QColor warning;     ///< paused, stopped, warnings
  QColor error;       ///< failed, lost
  QColor hover;       ///< ground of what the pointer is on
  QColor selection;   ///< ground of the selected row
};

/// Grid of WORKBENCH.md 10, in device-independent pixels.
inline constexpr int kGap = 8;
inline constexpr int kPadding = 12;
inline constexpr int kSectionGap = 16;
inline constexpr int kControlHeight = 28;
inline constexpr int kRowHeight = 26;

const Colours& coloursOf(Appearance appearance);

/// The appearance that widgets are shown in, read off the application's palette: no state is kept. A widget repaints
/// with other colours when it gets QEvent::PaletteChange.
Appearance appearanceOf(const QWidget* widget);
const Colours& coloursOf(const QWidget* widget);

/// Light or dark as the desktop has it.
Appearance systemAppearance();

/// Sets Fusion, the palette, fonts and the style sheet of the whole program.
void applyTheme(QApplication& application, Appearance appearance);

/// Three sizes: 0.85, 1 and 1.25 of the system's interface font. Title is semi-bold; fixed is the system's
/// monospaced font in body size, for commands, hashes and TOML.
QFont captionFont();
QFont bodyFont();
QFont boldFont();
QFont titleFont();
QFont fixedFont();

/// `colour` mixed with `other`: 0 gives the first, 1 the second.
QColor mixed(const QColor& colour, const QColor& other, double share);

}  // namespace lorascope::ui
