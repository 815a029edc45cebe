#pragma once

#include <QIcon>
#include <QString>

class QToolButton;

namespace lorascope::ui {

/// Which colour of the palette an icon is drawn in.
enum class IconTone { Text, Secondary, Accent, OnAccent, Ok, Warning, Error };

/// An icon of resources/icons by name ("pause"), tinted when it is painted: it follows the palette by itself and is
/// sharp at every pixel ratio. An unknown name gives an icon that paints nothing.
QIcon themedIcon(const QString& name, IconTone tone = IconTone::Text);

/// The program's own icon, in its own colours.
QIcon applicationIcon();

/// A button that shows an icon alone; `tip` is its tooltip and its accessible name.
QToolButton* makeIconButton(const QString& icon, const QString& tip);

}  // namespace lorascope::ui
