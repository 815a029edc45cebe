#pragma once

#include <QWidget>
#include <functional>

#include "core/figures/drawing.h"

namespace lorascope::ui {

/// Paints a Drawing of core/figures, laid out anew for the widget's size: what stands on screen is what is exported.
class DrawingView : public QWidget {
  Q_OBJECT

 public:
  /// Gives the drawing for a size in cm and the appearance of the window.
  using Layout = std::function<figures::Drawing(double width_cm, double height_cm, figures::Theme theme)>;

  explicit DrawingView(QWidget* parent = nullptr);

  void setLayoutFunction(Layout layout);
  /// Points of the page (1/72 inch) a pixel.
  static double pointsPerPixel();
  const figures::Drawing& drawing() const { return drawing_; }

 Q_SIGNALS:
  /// The pointer, in points of the page; outside: NaN.
  void pointed(double x, double y);
  void clicked(double x, double y);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void arrange();

  Layout layout_;
  figures::Drawing drawing_;
};

}  // namespace lorascope::ui
