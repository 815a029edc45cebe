#include "ui/plots/figure_builder.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace lorascope::ui {

void FigureBuilder::request(Make make, bool is_small) {
  if (busy_) {
    next_ = std::move(make);
  } else if (is_small) {
    Q_EMIT ready(std::make_shared<figures::FigureData>(make()));
  } else {
    start(std::move(make));
  }
}

void FigureBuilder::start(Make make) {
  busy_ = true;
  QThreadPool::globalInstance()->start([builder = QPointer(this), make = std::move(make)] {
    auto figure = std::make_shared<figures::FigureData>();
    try {
      *figure = make();
    } catch (const std::exception& error) {
      figure->empty_reason = error.what();
    }
    // The builder may be gone by then; only the UI thread may look.
    QMetaObject::invokeMethod(QCoreApplication::instance(), [builder, figure] {
      if (builder) builder->finish(figure);
    });
  });
}

void FigureBuilder::finish(const std::shared_ptr<figures::FigureData>& figure) {
  busy_ = false;
  if (next_) {
    start(std::exchange(next_, nullptr));
  }
  Q_EMIT ready(figure);
}

}  // namespace lorascope::ui
