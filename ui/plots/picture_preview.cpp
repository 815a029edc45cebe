#include "ui/plots/picture_preview.h"

#include <QPainter>

#include "ui/widgets/theme.h"

namespace lorascope::ui {

PicturePreview::PicturePreview(QWidget* parent) : QWidget(parent) {
  setMinimumSize(160, 100);
  setAccessibleName(QStringLiteral("Preview of the exported figure"));
}

void PicturePreview::setPicture(const QImage& picture, const QImage& fitted) {
  picture_ = picture;
  fitted_ = fitted;
  sentence_.clear();
  update();
}

void PicturePreview::setSentence(const QString& sentence) {
  picture_ = {};
  fitted_ = {};
  sentence_ = sentence;
  update();
}

QSize PicturePreview::fittedSize(const QSize& picture) const {
  return picture.scaled(size() - QSize(2, 2), Qt::KeepAspectRatio) * devicePixelRatioF();
}

void PicturePreview::hideEvent(QHideEvent*) {
  setSentence({});
}

void PicturePreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Colours& colours = coloursOf(this);
  if (picture_.isNull()) {
    painter.setFont(captionFont());
    painter.setPen(colours.secondary);
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, sentence_);
    return;
  }
  const QSize wanted = fittedSize(picture_.size());
  if (fitted_.size() != wanted) fitted_ = picture_.scaled(wanted, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  const QSize size = picture_.size().scaled(this->size() - QSize(2, 2), Qt::KeepAspectRatio);
  const QRect place(QPoint((width() - size.width()) / 2, (height() - size.height()) / 2), size);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawImage(place, fitted_);
  painter.setPen(QPen(colours.line, 1));
  painter.drawRect(place.adjusted(-1, -1, 0, 0));
}

}  // namespace lorascope::ui
