#include "ui/train/first_batch_view.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kChipGap = 4;
constexpr int kRowGap = 8;
constexpr int kChipPadding = 6;

/// Entity types keep a colour each; what belongs to no entity stays quiet.
QColor labelColour(const QString& label, const Colours& colours) {
  const QString type = label.mid(2);
  if (label.isEmpty() || label == "O") return colours.secondary;
  if (type == "person" || label == "answer") return colours.ok;
  if (type == "location") return colours.accent;
  return colours.warning;
}

QString shownLabel(const QString& label) {
  return label.isEmpty() ? QStringLiteral("·") : label;
}

}  // namespace

FirstBatchView::FirstBatchView(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  setAccessibleName(tr("First batch"));
}

void FirstBatchView::setBatch(const FirstBatch& batch) {
  batch_ = batch;
  QStringList sentences;
  for (std::size_t i = 0; i < batch_.numShownRows(); ++i) {
    sentences.append(batch_.rows[i].tokens.join(' '));
  }
  setAccessibleDescription(batch_.summary() + QStringLiteral(". ") + sentences.join(QStringLiteral(". ")));
  arrange(width(), &placed_);
  updateGeometry();
  update();
}

int FirstBatchView::heightForWidth(int width) const {
  return arrange(width, nullptr);
}

QSize FirstBatchView::sizeHint() const {
  return {600, arrange(std::max(width(), 300), nullptr)};
}

int FirstBatchView::arrange(int width, std::vector<Placed>* placed) const {
  if (placed != nullptr) {
    placed->clear();
  }
  const QFontMetrics token_metrics(bodyFont());
  const QFontMetrics label_metrics(captionFont());
  const int chip_height = token_metrics.height() + label_metrics.height() + 6;
  int y = 0;
  for (std::size_t r = 0; r < batch_.numShownRows(); ++r) {
    const BatchRow& row = batch_.rows[r];
    int x = 0;
    if (!row.caption.isEmpty()) y += label_metrics.height() + 2;
    for (qsizetype t = 0; t < row.tokens.size(); ++t) {
      const int chip_width = std::max({token_metrics.horizontalAdvance(row.tokens[t]),
                                       label_metrics.horizontalAdvance(shownLabel(row.labels[t])), 8}) +
                             2 * kChipPadding;
      if (x > 0 && x + chip_width > width) {
        x = 0;
        y += chip_height + kChipGap;
      }
      if (placed != nullptr) {
        placed->push_back({QRect(x, y, chip_width, chip_height), r, t});
      }
      x += chip_width + kChipGap;
    }
    y += chip_height + kRowGap;
  }
  return std::max(0, y - kRowGap) + 1;
}

void FirstBatchView::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colours& colours = coloursOf(this);
  for (const Placed& chip : placed_) {
    if (chip.token == 0) paintCaption(painter, chip, colours);
    if (chip.rect.intersects(event->rect())) {
      paintChip(painter, chip, colours);
    }
  }
}

void FirstBatchView::paintCaption(QPainter& painter, const Placed& first, const Colours& colours) const {
  const QString& caption = batch_.rows[first.row].caption;
  if (caption.isEmpty()) return;
  painter.setFont(captionFont());
  painter.setPen(colours.secondary);
  const QFontMetrics metrics(captionFont());
  painter.drawText(QPointF(0, first.rect.top() - 2 - metrics.descent()),
                   metrics.elidedText(caption, Qt::ElideRight, width()));
}

void FirstBatchView::paintChip(QPainter& painter, const Placed& chip, const Colours& colours) const {
  const BatchRow& row = batch_.rows[chip.row];
  const QString& label = row.labels[chip.token];
  const QColor colour = labelColour(label, colours);
  const bool is_entity = !label.isEmpty() && label != "O";
  painter.setPen(QPen(is_entity ? mixed(colours.line, colour, 0.6) : colours.line, 1));
  painter.setBrush(is_entity ? mixed(colours.surface, colour, 0.08) : colours.surface);
  painter.drawRoundedRect(QRectF(chip.rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  painter.setFont(bodyFont());
  painter.setPen(label.isEmpty() ? colours.secondary : colours.text);
  const QRect upper = chip.rect.adjusted(0, 2, 0, -chip.rect.height() / 2 + 2);
  painter.drawText(upper, Qt::AlignCenter, row.tokens[chip.token]);
  painter.setFont(captionFont());
  painter.setPen(colour);
  painter.drawText(QRect(chip.rect.left(), upper.bottom(), chip.rect.width(), chip.rect.bottom() - upper.bottom()),
                   Qt::AlignCenter, shownLabel(label));
}

QString FirstBatchView::tipAt(const QPoint& position) const {
  const auto chip = std::find_if(placed_.begin(), placed_.end(),
                                 [&](const Placed& placed) { return placed.rect.contains(position); });
  if (chip == placed_.end()) {
    return {};
  }
  const BatchRow& row = batch_.rows[chip->row];
  const auto token = static_cast<std::size_t>(chip->token);
  const auto number = [token](const std::vector<int>& values) {
    return token < values.size() ? QString::number(values[token]) : QStringLiteral("–");
  };
  const QString label = row.labels[chip->token];
  return tr("%1\nid %2, segment %3, mask %4\nlabel %5\nexample %6 of the training file")
      .arg(row.tokens[chip->token], number(row.ids), number(row.types), number(row.mask),
           label.isEmpty() ? tr("none: ignored by the loss") : label)
      .arg(row.example);
}

bool FirstBatchView::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), tipAt(help->pos()), this);
    return true;
  }
  return QWidget::event(event);
}

void FirstBatchView::resizeEvent(QResizeEvent*) {
  arrange(width(), &placed_);
}

}  // namespace lorascope::ui
