#pragma once

#include <QWidget>
#include <vector>

#include "ui/train/first_batch.h"

namespace lorascope::ui {

struct Colours;

/// The first batch as rows of chips: token above, label below; ignored tokens are faint. Pointing at a chip tells id,
/// segment and mask.
class FirstBatchView : public QWidget {
  Q_OBJECT

 public:
  explicit FirstBatchView(QWidget* parent = nullptr);

  void setBatch(const FirstBatch& batch);
  const FirstBatch& batch() const { return batch_; }

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {200, 60}; }

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Placed {
    QRect rect;
    std::size_t row = 0;
    qsizetype token = 0;
  };

  /// Positions of all chips at this width, and the height they need.
  int arrange(int width, std::vector<Placed>* placed) const;
  void paintChip(QPainter& painter, const Placed& chip, const Colours& colours) const;
  void paintCaption(QPainter& painter, const Placed& first, const Colours& colours) const;
  QString tipAt(const QPoint& position) const;

  FirstBatch batch_;
  std::vector<Placed> placed_;
};

}  // namespace lorascope::ui
