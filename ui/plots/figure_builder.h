#pragma once

#include <QObject>
#include <functional>
#include <memory>

#include "core/figures/figure_data.h"

namespace lorascope::ui {

/// Computes figures off the UI thread, the newest request only: while one is computed, later requests replace each
/// other, and the last of them follows.
class FigureBuilder : public QObject {
  Q_OBJECT

 public:
  using Make = std::function<figures::FigureData()>;

  explicit FigureBuilder(QObject* parent = nullptr) : QObject(parent) {}

  /// `make` must own all it reads. Small figures are made at once on this thread.
  void request(Make make, bool is_small);
  bool busy() const { return busy_; }

 Q_SIGNALS:
  void ready(const std::shared_ptr<lorascope::figures::FigureData>& figure);

 private:
  void start(Make make);
  void finish(const std::shared_ptr<figures::FigureData>& figure);

  bool busy_ = false;
  Make next_;
};

}  // namespace lorascope::ui
