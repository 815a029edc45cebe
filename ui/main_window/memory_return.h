#pragma once

#include <QObject>

namespace lorascope::ui {

/// Once, at the start of the program: what is freed goes back to the system, at once where it is large and every half
/// minute otherwise, for as long as `parent` lives. Figures and rows of long runs come and go on several threads; left
/// alone, the allocator keeps a heap a thread, each as large as it ever was and full of holes.
void returnFreedMemory(QObject* parent);

}  // namespace lorascope::ui
