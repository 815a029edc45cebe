#include "ui/runs/run_delegate.h"

#include <QAbstractItemView>
#include <QPainter>

#include "ui/runs/run_tree_model.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/state_icon.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kIconSlot = 22;
constexpr int kReasonLine = 16;

RunRow rowOf(const QModelIndex& index) {
  return static_cast<RunRow>(index.data(RunTreeModel::RowRole).toInt());
}

store::RunState stateOf(const QModelIndex& index) {
  return static_cast<store::RunState>(index.data(RunTreeModel::StateRole).toInt());
}

bool isFaded(const QModelIndex& index) {
  return index.data(RunTreeModel::EyeRole).toInt() == 0;
}

void drawElided(QPainter* painter, const QRect& rect, Qt::Alignment alignment, const QString& text) {
  const QString shown = painter->fontMetrics().elidedText(text, Qt::ElideRight, rect.width());
  painter->drawText(rect, static_cast<int>(alignment | Qt::AlignVCenter) | Qt::TextSingleLine, shown);
}

}  // namespace

RunDelegate::RunDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

QSize RunDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const bool has_reason = !index.data(RunTreeModel::ReasonRole).toString().isEmpty();
  const int line = qMax(kRowHeight, QFontMetrics(option.font).height() + 8);
  return {60, has_reason ? line + kReasonLine : line};
}

void RunDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Colours& colours = coloursOf(option.widget);
  painter->save();
  if (option.state.testFlag(QStyle::State_Selected)) {
    painter->fillRect(option.rect, colours.selection);
  } else if (option.state.testFlag(QStyle::State_MouseOver) ||
             (hover_ != 0 && index.data(RunTreeModel::IdRole).toLongLong() == hover_)) {
    painter->fillRect(option.rect, colours.hover);
  }
  paintReason(painter, option, index);
  switch (index.column()) {
    case RunTreeModel::Name:
      paintName(painter, option, index);
      break;
    case RunTreeModel::Score:
      paintScore(painter, option, index);
      break;
    default:
      paintMark(painter, option, index);
      break;
  }
  painter->restore();
}

void RunDelegate::paintReason(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const QModelIndex first = index.siblingAtColumn(RunTreeModel::Name);
  const QString reason = first.data(RunTreeModel::ReasonRole).toString();
  const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
  if (reason.isEmpty() || view == nullptr) {
    return;
  }
  // The line runs through all columns: each paints its part of it.
  const int left = view->visualRect(first).left() + 2 + kIconSlot;
  const QRect line(left, option.rect.bottom() - kReasonLine - 3, view->viewport()->width() - left - 4, kReasonLine);
  painter->save();
  painter->setClipRect(option.rect);
  painter->setFont(captionFont());
  painter->setPen(coloursOf(option.widget).error);
  drawElided(painter, line, Qt::AlignLeft, reason);
  painter->restore();
}

void RunDelegate::paintName(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Colours& colours = coloursOf(option.widget);
  const RunRow row = rowOf(index);
  QRect rect = option.rect.adjusted(2, 0, -4, 0);
  const QString reason = index.data(RunTreeModel::ReasonRole).toString();
  if (!reason.isEmpty()) {
    rect.setBottom(rect.bottom() - kReasonLine);
  }
  const QColor swatch = index.data(RunTreeModel::SwatchRole).value<QColor>();
  if (row == RunRow::Run) {
    paintRunState(*painter, QRectF(rect.left(), rect.top(), 16, rect.height()), stateOf(index),
                  index.data(RunTreeModel::ProgressRole).toDouble(), colours);
    rect.setLeft(rect.left() + kIconSlot);
  }
  if (swatch.isValid()) {
    const QPixmap pixmap = swatchPixmap(swatch, 10, painter->device()->devicePixelRatioF());
    painter->drawPixmap(rect.left(), rect.center().y() - 4, pixmap);
    rect.setLeft(rect.left() + 17);
  }
  painter->setFont(row == RunRow::Study ? boldFont() : option.font);
  painter->setPen(isFaded(index) ? mixed(colours.secondary, colours.window, 0.25) : colours.text);
  drawElided(painter, rect, Qt::AlignLeft, index.data(Qt::DisplayRole).toString());
}

void RunDelegate::paintScore(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Colours& colours = coloursOf(option.widget);
  const bool is_run = rowOf(index) == RunRow::Run;
  const store::RunState state = stateOf(index);
  const bool in_trouble = is_run && (state == store::RunState::Failed || state == store::RunState::Lost);
  painter->setFont(captionFont());
  painter->setPen(in_trouble ? colours.error : colours.secondary);
  QRect rect = option.rect.adjusted(0, 0, -4, 0);
  if (!index.siblingAtColumn(RunTreeModel::Name).data(RunTreeModel::ReasonRole).toString().isEmpty()) {
    rect.setBottom(rect.bottom() - kReasonLine);
  }
  drawElided(painter, rect, Qt::AlignRight, index.data(RunTreeModel::StatusRole).toString());
}

void RunDelegate::paintMark(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
  QRect icon(QPoint(), QSize(16, 16));
  QRect cell = option.rect;
  if (!index.siblingAtColumn(RunTreeModel::Name).data(RunTreeModel::ReasonRole).toString().isEmpty()) {
    cell.setBottom(cell.bottom() - kReasonLine);
  }
  icon.moveCenter(cell.center());
  if (index.column() == RunTreeModel::Star) {
    if (rowOf(index) != RunRow::Run) {
      return;
    }
    if (index.data(RunTreeModel::StarRole).toBool()) {
      themedIcon(QStringLiteral("star-filled"), IconTone::Warning).paint(painter, icon);
    } else if (hovered) {
      themedIcon(QStringLiteral("star"), IconTone::Secondary).paint(painter, icon);
    }
    return;
  }
  const int eye = index.data(RunTreeModel::EyeRole).toInt();
  painter->setOpacity(hovered ? 1.0 : eye == 0 ? 0.8 : 0.45);
  themedIcon(eye == 0 ? QStringLiteral("eye-off") : QStringLiteral("eye"), IconTone::Secondary).paint(painter, icon);
}

void RunDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex&) const {
  editor->setGeometry(option.rect.adjusted(kIconSlot - 6, 0, 0, 0));
}

}  // namespace lorascope::ui
