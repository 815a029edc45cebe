#pragma once

#include <string>

class QWidget;

namespace lorascope::test {

/// Pictures of a window where the environment's LORASCOPE_PICTURES names a folder: "NAME.png" as it is. With
/// LORASCOPE_PICTURE_SIZES ("1280x800 1024x700") instead "NAME-SIZE-light.png" and "NAME-SIZE-dark.png" of each size;
/// the window then looks as before again.
void save_pictures(QWidget& window, const std::string& name);

}  // namespace lorascope::test
