#pragma once

#include <QImage>
#include <QString>
#include <functional>
#include <variant>

namespace lorascope::ui {

using Copied = std::variant<QString, QImage>;

/// Puts onto the clipboard what `make` returns. It is made beside the window's thread, where a long run may take its
/// time; of several the one that was asked for last stays. A `make` that throws leaves the clipboard as it is.
void copyLater(std::function<Copied()> make);

}  // namespace lorascope::ui
