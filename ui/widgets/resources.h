#pragma once

namespace lorascope::ui {

/// Registers icons, styles and help pages of the static library: they are not linked in without being named.
void loadResources();

}  // namespace lorascope::ui
