#include "ui/widgets/scroll_page.h"

#include <QScrollArea>

namespace lorascope::ui {

QScrollArea* makeScrollPage() {
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  return scroll;
}

}  // namespace lorascope::ui
