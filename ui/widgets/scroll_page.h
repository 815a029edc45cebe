#pragma once

class QScrollArea;

namespace lorascope::ui {

/// An area for a page that fits in width and scrolls in height; the keyboard goes to what is on the page.
QScrollArea* makeScrollPage();

}  // namespace lorascope::ui
