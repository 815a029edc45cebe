#pragma once

#include "core/figures/figure_data.h"
#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// Ticks of one axis of a figure: plain numbers, powers of ten, or the names of categories.
class FigureTicker : public QCPAxisTicker {
 public:
  void setAxis(const figures::Axis& axis) { axis_ = axis; }
  /// How many labels have room.
  void setMaxCount(int count) { max_count_ = count; }

  void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision, QVector<double>& ticks,
                QVector<double>* sub_ticks, QVector<QString>* labels) override;

 private:
  figures::Axis axis_;
  int max_count_ = 6;
};

}  // namespace lorascope::ui
