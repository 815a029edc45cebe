#include "ui/mixtures/scaling_map_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/figures/colour_scale.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kLeastNamedCell = 11;  ///< px: below that tokens have no room for a name
constexpr double kMostCellHeight = 18, kLeastCellHeight = 5;
constexpr double kPanelGap = 16;
constexpr double kAngle = 45;
constexpr int kMostNameLetters = 12;

figures::Theme themeOf(const QWidget* widget) {
  return appearanceOf(widget) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
}

QRgb packed(const figures::Rgb& rgb) { return qRgb(rgb.red, rgb.green, rgb.blue); }

QString shortened(const std::string& token) {
  const QString text = QString::fromStdString(token);
  return text.size() > kMostNameLetters ? text.left(kMostNameLetters - 1) + QChar(0x2026) : text;
}

}  // namespace

ScalingMapView::ScalingMapView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(tr("Scalings, tokens by blocks"));
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void ScalingMapView::setScalings(std::shared_ptr<const figures::Scalings> scalings, std::size_t first,
                                 std::size_t last) {
  scalings_ = std::move(scalings);
  first_ = first;
  last_ = last;
  chosen_ = std::min(chosen_, static_cast<int>(numTokens()) - 1);
  hovered_ = -1;
  compute();
}

void ScalingMapView::setKind(figures::ScalingKind kind) {
  kind_ = kind;
  compute();
}

void ScalingMapView::setMode(Mode mode) {
  mode_ = mode;
  images_.clear();
  dominance_.clear();
  describe();
  fitHeight();
  updateGeometry();
  update();
}

void ScalingMapView::setUnfolding(const figures::Unfolding& unfolded) {
  unfolded_ = unfolded;
  compute();
}

void ScalingMapView::setChosen(int token) {
  chosen_ = token;
  describe();
  update();
}

void ScalingMapView::setHovered(int token) {
  if (token == hovered_) return;
  hovered_ = token < static_cast<int>(numTokens()) ? token : -1;
  update();
}

std::size_t ScalingMapView::numPanels() const { return mode_ == Mode::Dominant ? 1 : means_.size(); }

void ScalingMapView::compute() {
  images_.clear();
  rows_.clear();
  means_.clear();
  dominance_.clear();
  if (scalings_ && last_ > first_) {
    rows_ = figures::scaling_rows(*scalings_, unfolded_);
    means_ = figures::scaling_means(*scalings_, kind_, rows_, first_, last_);
  }
  // A softmax lives between 0 and 1: the same colour then means the same in every map.
  least_ = 0;
  greatest_ = 1;
  for (const auto& adapter : means_)
    for (const double value : adapter) {
      if (!std::isfinite(value)) continue;
      least_ = std::min(least_, value);
      greatest_ = std::max(greatest_, value);
    }
  describe();
  fitHeight();
  updateGeometry();
  update();
}

void ScalingMapView::describe() {
  if (!scalings_) return setAccessibleDescription({});
  QStringList parts{tr("%1 tokens, %2 rows").arg(numTokens()).arg(rows_.size())};
  for (std::size_t n = 0; n < means_.size(); ++n) {
    double sum = 0;
    for (const double value : means_[n]) sum += value;
    parts.append(tr("%1 on average %2")
                     .arg(QString::fromStdString(scalings_->adapters[n]))
                     .arg(sum / static_cast<double>(std::max<std::size_t>(1, means_[n].size())), 0, 'f', 2));
  }
  if (chosen_ >= 0 && chosen_ < static_cast<int>(numTokens()))
    parts.append(tr("chosen: %1").arg(QString::fromStdString(scalings_->tokens[first_ + static_cast<std::size_t>(chosen_)])));
  setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

ScalingMapView::Grid ScalingMapView::gridFor(int width) const {
  const QFontMetricsF metrics(captionFont());
  Grid grid;
  for (const auto& row : rows_)
    grid.label_width = std::max(grid.label_width, metrics.horizontalAdvance(QString::fromStdString(row.name)) + 8);
  const auto panels = static_cast<int>(std::max<std::size_t>(1, numPanels()));
  const auto tokens = static_cast<double>(std::max<std::size_t>(1, numTokens()));
  // The last token's slanted name goes beyond its cell.
  const double beyond =
      scalings_ && last_ > first_ ? metrics.horizontalAdvance(shortened(scalings_->tokens[last_ - 1])) * 0.7 : 0;
  const auto width_of = [&](int columns) {
    return (width - beyond - kPanelGap * (columns - 1)) / columns - grid.label_width;
  };
  // Side by side where the tokens keep their names, else below each other.
  grid.columns = panels;
  if (width_of(panels) / tokens < kLeastNamedCell) grid.columns = 1;
  grid.panel_width = std::max(1.0, width_of(grid.columns));
  const bool named = grid.panel_width / tokens >= kLeastNamedCell;
  if (named) {
    double longest = 0;
    for (std::size_t t = first_; scalings_ && t < last_; ++t)
      longest = std::max(longest, metrics.horizontalAdvance(shortened(scalings_->tokens[t])));
    grid.label_height = (longest + metrics.height()) * std::sin(kAngle * M_PI / 180) + 4;
  }
  const auto rows = static_cast<double>(std::max<std::size_t>(1, rows_.size()));
  grid.cell_height = std::clamp(150.0 / rows, kLeastCellHeight, kMostCellHeight);
  grid.panel_height = metrics.height() + 4 + grid.cell_height * rows + grid.label_height;
  return grid;
}

QRectF ScalingMapView::area(const Grid& grid, std::size_t panel) const {
  const QFontMetricsF metrics(captionFont());
  const auto column = static_cast<double>(panel % static_cast<std::size_t>(grid.columns));
  const auto line = static_cast<double>(panel / static_cast<std::size_t>(grid.columns));
  return QRectF(column * (grid.panel_width + grid.label_width + kPanelGap) + grid.label_width,
                line * (grid.panel_height + 8) + metrics.height() + 4, grid.panel_width,
                grid.cell_height * static_cast<double>(std::max<std::size_t>(1, rows_.size())));
}

QRectF ScalingMapView::cellRect(std::size_t panel, std::size_t row, std::size_t token) const {
  const Grid grid = gridFor(width());
  const QRectF cells = area(grid, panel);
  const double width = cells.width() / static_cast<double>(std::max<std::size_t>(1, numTokens()));
  return QRectF(cells.left() + width * static_cast<double>(token),
                cells.top() + grid.cell_height * static_cast<double>(row), width, grid.cell_height);
}

QImage ScalingMapView::panelImage(std::size_t panel, int width) const {
  const auto tokens = static_cast<int>(numTokens());
  const int columns = std::clamp(width, 1, std::max(1, tokens));
  const auto theme = themeOf(this);
  std::array<QRgb, 256> scale;
  for (std::size_t i = 0; i < scale.size(); ++i)
    scale[i] = packed(figures::cell_colour(static_cast<double>(i) / 255, false, theme));
  std::vector<std::array<QRgb, 64>> shades;
  const figures::Rgb ground = figures::plot_ink(theme).ground;
  for (std::size_t n = 0; mode_ == Mode::Dominant && n < means_.size(); ++n) {
    shades.emplace_back();
    for (std::size_t i = 0; i < 64; ++i)
      shades.back()[i] = packed(figures::evenly_mixed(figures::adapter_colour(n, theme), ground, static_cast<double>(i) / 63 * 0.85));
  }
  QImage image(columns, static_cast<int>(rows_.size()), QImage::Format_RGB32);
  for (int row = 0; row < image.height(); ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    const std::size_t begin = static_cast<std::size_t>(row) * numTokens();
    for (int column = 0; column < columns; ++column) {
      const auto from = static_cast<std::size_t>(column) * numTokens() / static_cast<std::size_t>(columns);
      const auto to = std::max(from + 1, static_cast<std::size_t>(column + 1) * numTokens() / static_cast<std::size_t>(columns));
      if (mode_ == Mode::Dominant) {
        const figures::Dominance& cell = dominance_[begin + from];
        line[column] = shades[static_cast<std::size_t>(cell.adapter)][static_cast<std::size_t>(std::clamp(cell.entropy, 0.0, 1.0) * 63)];
        continue;
      }
      double sum = 0;
      for (std::size_t t = from; t < to; ++t) sum += means_[panel][begin + t];
      const double share = (sum / static_cast<double>(to - from) - least_) / (greatest_ - least_);
      line[column] = std::isfinite(share) ? scale[static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 255)]
                                          : packed(figures::cell_colour(NAN, false, theme));
    }
  }
  return image;
}

void ScalingMapView::paintEvent(QPaintEvent*) {
  if (!scalings_ || rows_.empty()) return;
  QPainter painter(this);
  painter.setFont(captionFont());
  const Grid grid = gridFor(width());
  if (mode_ == Mode::Dominant && dominance_.empty()) dominance_ = figures::dominance(means_);
  if (images_.empty())
    for (std::size_t panel = 0; panel < numPanels(); ++panel)
      images_.push_back(panelImage(panel, static_cast<int>(grid.panel_width)));
  for (std::size_t panel = 0; panel < numPanels(); ++panel) paintPanel(painter, grid, panel);
}

void ScalingMapView::paintPanel(QPainter& painter, const Grid& grid, std::size_t panel) {
  const Colours& colours = coloursOf(this);
  const QFontMetricsF metrics(painter.font());
  const QRectF cells = area(grid, panel);
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.drawImage(cells, images_[panel]);
  const double width = cells.width() / static_cast<double>(numTokens());
  if (width >= 6) {
    painter.setPen(QPen(colours.surface, 1));
    for (std::size_t t = 1; t < numTokens(); ++t) {
      const double x = std::round(cells.left() + width * static_cast<double>(t)) - 0.5;
      painter.drawLine(QLineF(x, cells.top(), x, cells.bottom()));
    }
    for (std::size_t row = 1; row < rows_.size(); ++row) {
      const double y = std::round(cells.top() + grid.cell_height * static_cast<double>(row)) - 0.5;
      painter.drawLine(QLineF(cells.left(), y, cells.right(), y));
    }
  }
  painter.setPen(colours.secondary);
  // Names that have no room are left out, evenly.
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil((metrics.height() - 2) / grid.cell_height)));
  for (std::size_t row = 0; row < rows_.size(); row += step) {
    const double y = cells.top() + grid.cell_height * (static_cast<double>(row) + 0.5);
    painter.drawText(QRectF(cells.left() - grid.label_width, y - metrics.height() / 2, grid.label_width - 6, metrics.height()),
                     Qt::AlignRight | Qt::AlignVCenter, QString::fromStdString(rows_[row].name));
  }
  const QRectF title(cells.left(), cells.top() - metrics.height() - 4, cells.width(), metrics.height());
  painter.setPen(colours.text);
  if (mode_ == Mode::Panels) {
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(QString::fromStdString(scalings_->adapters[panel]), Qt::ElideRight, cells.width()));
  } else {
    double x = title.left();
    for (std::size_t n = 0; n < scalings_->adapters.size(); ++n) {
      const QString name = QString::fromStdString(scalings_->adapters[n]);
      painter.fillRect(QRectF(x, title.center().y() - 4, 9, 9), toColour(figures::adapter_colour(n, themeOf(this))));
      painter.drawText(QPointF(x + 14, title.top() + metrics.ascent()), name);
      x += 14 + metrics.horizontalAdvance(name) + 14;
    }
  }
  if (grid.label_height > 0) paintTokens(painter, cells);
  paintMarks(painter, cells);
}

void ScalingMapView::paintMarks(QPainter& painter, const QRectF& cells) const {
  const Colours& colours = coloursOf(this);
  const double width = cells.width() / static_cast<double>(numTokens());
  painter.setBrush(Qt::NoBrush);
  const auto mark = [&](int token, const QPen& pen) {
    if (token < 0 || token >= static_cast<int>(numTokens())) return;
    painter.setPen(pen);
    painter.drawRect(QRectF(cells.left() + width * token, cells.top(), std::max(2.0, width), cells.height()).adjusted(0, 0, -1, 0));
  };
  mark(hovered_, QPen(colours.text, 1));
  mark(chosen_, QPen(colours.accent, hasFocus() ? 2 : 1.5));
}

void ScalingMapView::paintTokens(QPainter& painter, const QRectF& cells) const {
  const Colours& colours = coloursOf(this);
  const double width = cells.width() / static_cast<double>(numTokens());
  for (std::size_t t = 0; t < numTokens(); ++t) {
    painter.save();
    painter.translate(cells.left() + width * (static_cast<double>(t) + 0.5) - 3, cells.bottom() + 10);
    painter.rotate(kAngle);
    const bool is_marked = static_cast<int>(t) == chosen_ || static_cast<int>(t) == hovered_;
    painter.setPen(is_marked ? colours.text : colours.secondary);
    painter.drawText(QPointF(0, 0), shortened(scalings_->tokens[first_ + t]));
    painter.restore();
  }
}

int ScalingMapView::tokenAt(const QPointF& position) const {
  const Grid grid = gridFor(width());
  for (std::size_t panel = 0; panel < numPanels(); ++panel) {
    const QRectF cells = area(grid, panel).adjusted(0, 0, 0, grid.label_height);
    if (!cells.contains(position)) continue;
    const double share = (position.x() - cells.left()) / cells.width();
    return std::clamp(static_cast<int>(share * static_cast<double>(numTokens())), 0, static_cast<int>(numTokens()) - 1);
  }
  return -1;
}

QString ScalingMapView::textAt(const QPointF& position) const {
  const int token = tokenAt(position);
  if (token < 0 || !scalings_) return {};
  const Grid grid = gridFor(width());
  for (std::size_t panel = 0; panel < numPanels(); ++panel) {
    const QRectF cells = area(grid, panel);
    if (!cells.contains(position)) continue;
    const auto row = std::min(rows_.size() - 1, static_cast<std::size_t>((position.y() - cells.top()) / grid.cell_height));
    QStringList lines{tr("%1, %2").arg(QString::fromStdString(scalings_->tokens[first_ + static_cast<std::size_t>(token)]),
                                       QString::fromStdString(rows_[row].name))};
    for (std::size_t n = 0; n < means_.size(); ++n)
      lines.append(tr("%1: %2").arg(QString::fromStdString(scalings_->adapters[n]))
                       .arg(means_[n][row * numTokens() + static_cast<std::size_t>(token)], 0, 'f', 3));
    return lines.join('\n');
  }
  return {};
}

bool ScalingMapView::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
    return true;
  }
  return QWidget::event(event);
}

void ScalingMapView::resizeEvent(QResizeEvent*) {
  images_.clear();
  fitHeight();
}

/// What stands in a stack is not asked for a height by its width.
void ScalingMapView::fitHeight() {
  const int height = heightForWidth(width());
  if (height != minimumHeight()) setMinimumHeight(height);
}

void ScalingMapView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) images_.clear();
}

void ScalingMapView::mousePressEvent(QMouseEvent* event) {
  if (const int token = tokenAt(event->position()); token >= 0) {
    setChosen(token);
    Q_EMIT tokenChosen(token);
    return;
  }
  const Grid grid = gridFor(width());
  for (std::size_t panel = 0; panel < numPanels(); ++panel) {
    const QRectF cells = area(grid, panel);
    const QRectF names(cells.left() - grid.label_width, cells.top(), grid.label_width, cells.height());
    if (!names.contains(event->position())) continue;
    const auto row = static_cast<std::size_t>((event->position().y() - cells.top()) / grid.cell_height);
    if (row < rows_.size()) Q_EMIT blockClicked(rows_[row].block);
    return;
  }
}

void ScalingMapView::mouseMoveEvent(QMouseEvent* event) {
  const int token = scalings_ ? tokenAt(event->position()) : -1;
  if (token == hovered_) return;
  setHovered(token);
  Q_EMIT tokenHovered(token);
}

void ScalingMapView::leaveEvent(QEvent*) {
  if (hovered_ < 0) return;
  setHovered(-1);
  Q_EMIT tokenHovered(-1);
}

void ScalingMapView::keyPressEvent(QKeyEvent* event) {
  const int step = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
  if (step == 0 || numTokens() == 0) return QWidget::keyPressEvent(event);
  setChosen(std::clamp(chosen_ + step, 0, static_cast<int>(numTokens()) - 1));
  Q_EMIT tokenChosen(chosen_);
}

int ScalingMapView::heightForWidth(int width) const {
  const Grid grid = gridFor(width);
  const auto panels = static_cast<int>(std::max<std::size_t>(1, numPanels()));
  const int lines = (panels + grid.columns - 1) / grid.columns;
  return static_cast<int>(std::ceil(lines * (grid.panel_height + 8)));
}

QSize ScalingMapView::sizeHint() const { return {600, heightForWidth(std::max(200, width()))}; }

QSize ScalingMapView::minimumSizeHint() const { return {200, 60}; }

}  // namespace lorascope::ui
