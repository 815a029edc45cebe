#include "ui/inspect/token_strip.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "core/figures/plot_style.h"
#include "core/figures/scalings.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kInside = 8;  ///< px left and right of a chip's text

/// "B-person" -> "person"; all tags of a type have one colour.
QString typeOf(const QString& label) {
  return label.size() > 2 && label[1] == '-' ? label.mid(2) : label;
}

/// Readable on the chips' ground, alike in every answer of a model.
QColor labelColour(const QString& label, const QStringList& labels, const QWidget* widget) {
  const Colours& colours = coloursOf(widget);
  if (label.isEmpty() || label == QStringLiteral("O")) return colours.secondary;
  QStringList types;
  for (const QString& one : labels)
    if (one != QStringLiteral("O") && !types.contains(typeOf(one))) types.append(typeOf(one));
  const auto place = static_cast<std::size_t>(std::max<qsizetype>(0, types.indexOf(typeOf(label))));
  const auto theme = appearanceOf(widget) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
  return toColour(figures::readable(figures::adapter_colour(place, theme), fromColour(colours.surface)));
}

}  // namespace

TokenStrip::TokenStrip(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(tr("Tokens with their predictions"));
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void TokenStrip::setAnswer(std::shared_ptr<const InspectAnswer> answer, std::size_t row) {
  answer_ = std::move(answer);
  row_ = row;
  makeChips();
}

void TokenStrip::setWordsMerged(bool merged) {
  merged_ = merged;
  makeChips();
}

void TokenStrip::setChosen(int token) {
  chosen_ = token;
  update();
}

void TokenStrip::setHovered(int token) {
  if (token == hovered_) return;
  hovered_ = token;
  update();
}

void TokenStrip::makeChips() {
  chips_.clear();
  if (answer_ && row_ < answer_->rows.size()) {
    const auto& tokens = answer_->rows[row_].tokens;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const bool goes_on = merged_ && t > 0 && tokens[t].word >= 0 && tokens[t].word == tokens[t - 1].word &&
                           tokens[t].sequence == tokens[t - 1].sequence;
      const int at = static_cast<int>(t);
      if (goes_on) {
        chips_.back().last = at;
        chips_.back().text += tokens[t].text.startsWith(QStringLiteral("##")) ? tokens[t].text.mid(2) : tokens[t].text;
        continue;
      }
      Chip chip;
      chip.first = chip.last = at;
      chip.text = tokens[t].text;
      chip.special = tokens[t].sequence < 0;
      chip.label = chip.special ? QString() : answer_->prediction(row_, t);
      chips_.push_back(std::move(chip));
    }
  }
  QStringList parts;
  for (const Chip& chip : chips_)
    if (!chip.special) parts.append(chip.label.isEmpty() ? chip.text : chip.text + QStringLiteral(" ") + chip.label);
  setAccessibleDescription(parts.join(QStringLiteral(", ")));
  arrange(width(), chips_);
  updateGeometry();
  update();
}

int TokenStrip::arrange(int width, std::vector<Chip>& chips) const {
  const QFontMetrics body(bodyFont()), caption(captionFont());
  const bool has_labels = std::any_of(chips.begin(), chips.end(), [](const Chip& chip) { return !chip.label.isEmpty(); });
  const int height = body.height() + (has_labels ? caption.height() : 0) + 8;
  int x = 0, y = 0;
  for (Chip& chip : chips) {
    const int wanted = std::min(width, 2 * kInside + std::max(body.horizontalAdvance(chip.text), caption.horizontalAdvance(chip.label)));
    if (x > 0 && x + wanted > width) {
      x = 0;
      y += height + 4;
    }
    chip.rect = QRect(x, y, wanted, height);
    x += wanted + 4;
  }
  return chips.empty() ? 0 : y + height;
}

int TokenStrip::heightForWidth(int width) const {
  std::vector<Chip> chips = chips_;
  return std::max(40, arrange(width, chips));
}

QSize TokenStrip::sizeHint() const { return {400, heightForWidth(std::max(200, width()))}; }

void TokenStrip::resizeEvent(QResizeEvent*) {
  const int height = arrange(width(), chips_);
  if (height != minimumHeight()) setMinimumHeight(height);
}

void TokenStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colours& colours = coloursOf(this);
  const QStringList labels = answer_ ? answer_->labels : QStringList();
  for (const Chip& chip : chips_) {
    const bool is_chosen = chosen_ >= chip.first && chosen_ <= chip.last;
    painter.setBrush(is_chosen ? colours.selection : colours.surface);
    const bool is_hovered = hovered_ >= chip.first && hovered_ <= chip.last;
    painter.setPen(QPen(is_chosen ? colours.accent : is_hovered ? colours.text : colours.line, is_chosen ? 2 : 1));
    painter.drawRoundedRect(QRectF(chip.rect).adjusted(1, 1, -1, -1), 5, 5);
    const QFontMetrics body(bodyFont()), caption(captionFont());
    painter.setFont(bodyFont());
    painter.setPen(chip.special ? colours.secondary : colours.text);
    const QRect inside = chip.rect.adjusted(kInside / 2, 4, -kInside / 2, -4);
    const bool two_lines = inside.height() > body.height() + 2;
    painter.drawText(two_lines ? QRect(inside.left(), inside.top(), inside.width(), body.height()) : inside, Qt::AlignCenter,
                     body.elidedText(chip.text, Qt::ElideRight, inside.width()));
    if (!two_lines) continue;
    painter.setFont(captionFont());
    painter.setPen(labelColour(chip.label, labels, this));
    painter.drawText(QRect(inside.left(), inside.bottom() - caption.height() + 1, inside.width(), caption.height()),
                     Qt::AlignCenter, chip.label.isEmpty() ? QStringLiteral("·") : chip.label);
  }
}

int TokenStrip::chipOf(int token) const {
  for (std::size_t i = 0; i < chips_.size(); ++i)
    if (token >= chips_[i].first && token <= chips_[i].last) return static_cast<int>(i);
  return -1;
}

void TokenStrip::choose(int chip) {
  if (chip < 0 || chip >= static_cast<int>(chips_.size())) return;
  setChosen(chips_[static_cast<std::size_t>(chip)].first);
  Q_EMIT tokenChosen(chosen_);
}

void TokenStrip::mousePressEvent(QMouseEvent* event) {
  for (std::size_t i = 0; i < chips_.size(); ++i)
    if (chips_[i].rect.contains(event->position().toPoint())) return choose(static_cast<int>(i));
}

void TokenStrip::mouseMoveEvent(QMouseEvent* event) {
  int token = -1;
  for (const Chip& chip : chips_)
    if (chip.rect.contains(event->position().toPoint())) token = chip.first;
  if (token == hovered_) return;
  setHovered(token);
  Q_EMIT tokenHovered(token);
}

void TokenStrip::leaveEvent(QEvent*) {
  if (hovered_ < 0) return;
  setHovered(-1);
  Q_EMIT tokenHovered(-1);
}

void TokenStrip::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Right) return choose(chipOf(chosen_) + 1);
  if (event->key() == Qt::Key_Left) return choose(std::max(0, chipOf(chosen_) - 1));
  QWidget::keyPressEvent(event);
}

}  // namespace lorascope::ui
