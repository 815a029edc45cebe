#pragma once

#include <QStyledItemDelegate>

#include "core/store/run_record.h"

namespace lorascope::ui {

/// Paints the rows of the run list: swatch or state icon, name, why it failed in a second line, score, star, eye.
class RunDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  explicit RunDelegate(QObject* parent = nullptr);

  /// The run that another view points at: its row is lit.
  void setHoverRun(store::RunId id) { hover_ = id; }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const override;

 private:
  void paintReason(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintName(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintScore(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintMark(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

  store::RunId hover_ = 0;
};

}  // namespace lorascope::ui
