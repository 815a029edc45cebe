#include "ui/widgets/resources.h"

#include <QtGlobal>

// Q_INIT_RESOURCE declares a function and must stand outside of a namespace.
static void initialiseResources() {
  Q_INIT_RESOURCE(resources);
}

namespace lorascope::ui {

void loadResources() {
  initialiseResources();
}

}  // namespace lorascope::ui
