#include "ui/main_window/memory_return.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lorascope::ui {

void returnFreedMemory() {
#ifdef __GLIBC__
  constexpr int kOwnMapping = 512 * 1024;  // bytes; also stops the threshold from growing with what is freed
  constexpr int kLeftOnTop = 1024 * 1024;
  constexpr int kHeaps = 2;
  mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  mallopt(M_TRIM_THRESHOLD, kLeftOnTop);
  mallopt(M_ARENA_MAX, kHeaps);
#endif
}

}  // namespace lorascope::ui
