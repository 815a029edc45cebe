#include "ui/widgets/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <QToolButton>

#include "ui/widgets/resources.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QColor colourOf(IconTone tone, const Colours& colours) {
  switch (tone) {
    case IconTone::Secondary:
      return colours.secondary;
    case IconTone::Accent:
      return colours.accent;
    case IconTone::OnAccent:
      return colours.accentText;
    case IconTone::Ok:
      return colours.ok;
    case IconTone::Warning:
      return colours.warning;
    case IconTone::Error:
      return colours.error;
    case IconTone::Text:
      break;
  }
  return colours.text;
}

class TintedSvg : public QIconEngine {
 public:
  TintedSvg(QString name, IconTone tone) : name_(std::move(name)), tone_(tone) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const double ratio = painter->device() != nullptr ? painter->device()->devicePixelRatioF() : 1;
    painter->drawPixmap(rect, tinted(rect.size() * ratio, mode));
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override { return tinted(size, mode); }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override { return tinted(size, mode); }
  QIconEngine* clone() const override { return new TintedSvg(*this); }

 private:
  QPixmap tinted(const QSize& size, QIcon::Mode mode) const {
    const Colours& colours = coloursOf(nullptr);
    QColor colour = colourOf(tone_, colours);
    if (mode == QIcon::Disabled) {
      colour = mixed(colours.secondary, colours.window, 0.35);
    }
    const QString key = QStringLiteral("%1/%2/%3x%4").arg(name_, colour.name()).arg(size.width()).arg(size.height());
    QPixmap result;
    if (QPixmapCache::find(key, &result)) {
      return result;
    }
    result = QPixmap(size);
    result.fill(Qt::transparent);
    const QString file = QStringLiteral(":/icons/%1.svg").arg(name_);
    QSvgRenderer renderer;
    if (QFile::exists(file) && renderer.load(file)) {
      QPainter painter(&result);
      renderer.render(&painter, QRectF(QPointF(), QSizeF(size)));
      painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
      painter.fillRect(result.rect(), colour);
    }
    QPixmapCache::insert(key, result);
    return result;
  }

  QString name_;
  IconTone tone_;
};

}  // namespace

QIcon themedIcon(const QString& name, IconTone tone) {
  loadResources();
  return QIcon(new TintedSvg(name, tone));
}

QIcon applicationIcon() {
  loadResources();
  return QIcon(QStringLiteral(":/icons/lorascope.svg"));
}

QToolButton* makeIconButton(const QString& icon, const QString& tip) {
  auto* button = new QToolButton;
  button->setProperty("role", "icon");
  button->setIcon(themedIcon(icon, IconTone::Secondary));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  return button;
}

}  // namespace lorascope::ui
