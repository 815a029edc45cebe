#pragma once

#include <QFrame>

class QLabel;

namespace lorascope::ui {

/// A short word in a thin rounded frame: a method, a state, a tag.
class Chip : public QFrame {
  Q_OBJECT

 public:
  explicit Chip(const QString& text = {}, QWidget* parent = nullptr);
  void setText(const QString& text);
  QString text() const;
  /// A square of this colour before the text; an invalid colour takes it away.
  void setSwatch(const QColor& colour);

 private:
  QLabel* swatch_;
  QLabel* text_;
};

/// A rounded square of `side` px in this colour: the swatch of lists and chips.
QPixmap swatchPixmap(const QColor& colour, int side, double pixelRatio);

}  // namespace lorascope::ui
