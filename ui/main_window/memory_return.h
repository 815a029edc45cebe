#pragma once

namespace lorascope::ui {

/// Once, at the start of the program: what is freed goes back to the system. Figures and rows of long runs are large and
/// come and go on several threads; left alone, the allocator keeps a heap a thread, each as large as it ever was.
void returnFreedMemory();

}  // namespace lorascope::ui
