#pragma once

#include <QWidget>
#include <vector>

namespace lorascope::ui {

/// A few probabilities as bars with their numbers and how much they moved.
class ProbabilityBars : public QWidget {
  Q_OBJECT

 public:
  struct Bar {
    QString name;
    double value = 0;
    double change = 0;  ///< against the unchanged model
  };

  explicit ProbabilityBars(QWidget* parent = nullptr);

  void setBars(std::vector<Bar> bars, bool with_changes);
  const std::vector<Bar>& bars() const { return bars_; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<Bar> bars_;
  bool with_changes_ = false;
};

}  // namespace lorascope::ui
