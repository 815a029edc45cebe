#include "ui/main_window/memory_return.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <QThreadPool>
#include <QTimer>

namespace lorascope::ui {

void returnFreedMemory(QObject* parent) {
#ifdef __GLIBC__
  constexpr int kOwnMapping = 512 * 1024;  // bytes; also stops the threshold from growing with what is freed
  constexpr int kLeftOnTop = 1024 * 1024;
  constexpr int kHeaps = 2;
  constexpr int kEvery = 30000;  // ms
  mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  mallopt(M_TRIM_THRESHOLD, kLeftOnTop);
  mallopt(M_ARENA_MAX, kHeaps);
  // Free pages between those in use go back only this way.
  auto* timer = new QTimer(parent);
  QObject::connect(timer, &QTimer::timeout, parent, [] { QThreadPool::globalInstance()->start([] { malloc_trim(0); }); });
  timer->start(kEvery);
#else
  Q_UNUSED(parent);
#endif
}

}  // namespace lorascope::ui
