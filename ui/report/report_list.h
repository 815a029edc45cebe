#pragma once

#include <QListWidget>
#include <vector>

#include "ui/report/report_book.h"

namespace lorascope::ui {

/// The report's figures and tables, one a row: number, title, label. Ordered by dragging or with Alt and the arrow
/// keys; Delete removes.
class ReportList : public QListWidget {
  Q_OBJECT

 public:
  explicit ReportList(QWidget* parent = nullptr);

  /// Keeps the chosen row where its item is still there.
  void setItems(const std::vector<ReportBook::Item>& items);
  /// 0: none.
  std::int64_t chosen() const;
  void choose(std::int64_t id);
  std::vector<std::int64_t> ids() const;
  /// Moves the chosen row up (-1) or down (1).
  void moveChosen(int by);

 Q_SIGNALS:
  void itemChosen();
  void ordered(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after);
  void removeRequested();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  bool filling_ = false;
};

}  // namespace lorascope::ui
