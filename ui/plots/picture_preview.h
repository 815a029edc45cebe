#pragma once

#include <QImage>
#include <QWidget>

namespace lorascope::ui {

/// A picture on paper, as large as there is room for; or a sentence instead. It is brought to its size once, not at every
/// repaint, and forgotten when nobody looks any more: whoever shows the preview gives it a new one.
class PicturePreview : public QWidget {
  Q_OBJECT

 public:
  explicit PicturePreview(QWidget* parent = nullptr);
  /// `fitted` is the picture at fittedSize(), where somebody has made it beforehand.
  void setPicture(const QImage& picture, const QImage& fitted = {});
  void setSentence(const QString& sentence);
  const QImage& picture() const { return picture_; }
  /// What a picture of this size is brought to, in pixels of the screen.
  QSize fittedSize(const QSize& picture) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QImage picture_;
  QImage fitted_;
  QString sentence_;
};

}  // namespace lorascope::ui
