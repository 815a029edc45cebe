#include "ui/widgets/chip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPixmapCache>

#include "ui/widgets/theme.h"

namespace lorascope::ui {

Chip::Chip(const QString& text, QWidget* parent) : QFrame(parent) {
  setProperty("role", "chip");
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(7, 1, 7, 2);
  layout->setSpacing(5);
  swatch_ = new QLabel;
  swatch_->hide();
  text_ = new QLabel(text);
  text_->setFont(captionFont());
  layout->addWidget(swatch_);
  layout->addWidget(text_);
  setAccessibleName(text);
}

void Chip::setText(const QString& text) {
  text_->setText(text);
  setAccessibleName(text);
}

QString Chip::text() const {
  return text_->text();
}

void Chip::setSwatch(const QColor& colour) {
  swatch_->setVisible(colour.isValid());
  if (colour.isValid()) {
    swatch_->setPixmap(swatchPixmap(colour, 9, devicePixelRatioF()));
  }
}

QPixmap swatchPixmap(const QColor& colour, int side, double pixelRatio) {
  // One pixmap a colour: models hand it out for every cell at every repaint, and icons cache by pixmap.
  const QString key =
      QStringLiteral("lorascope/swatch/%1/%2/%3").arg(colour.name(QColor::HexArgb)).arg(side).arg(pixelRatio);
  QPixmap pixmap;
  if (QPixmapCache::find(key, &pixmap)) return pixmap;
  pixmap = QPixmap(QSize(side, side) * pixelRatio);
  pixmap.setDevicePixelRatio(pixelRatio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawRoundedRect(QRectF(0, 0, side, side), 2, 2);
  painter.end();
  QPixmapCache::insert(key, pixmap);
  return pixmap;
}

}  // namespace lorascope::ui
