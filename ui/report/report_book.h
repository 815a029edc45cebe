#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/figures/report_content.h"
#include "ui/main_window/session_model.h"

class QTimer;

namespace lorascope::ui {

/// The report's figures and tables with their numbers as the rows are now. Reads and computes in the background, one
/// after another; what has not changed is not computed again. Follows runs only while somebody watches.
class ReportBook : public QObject {
  Q_OBJECT

 public:
  using Item = std::shared_ptr<const figures::ReportItem>;

  explicit ReportBook(SessionModel* session, QObject* parent = nullptr);

  /// In their order.
  const std::vector<Item>& items() const { return items_; }
  /// Nothing for an unknown id.
  Item item(std::int64_t id) const;
  /// While watched, numbers follow the runs.
  void setWatched(bool watched);
  /// Reads the report anew; changed() follows when there is news.
  void refresh();
  /// Whether the report has been read since the workspace was opened, and all of it computed.
  bool isWhole() const;

 Q_SIGNALS:
  void changed();

 private:
  struct Answer {
    std::vector<Item> items;
    std::vector<std::string> keys;
  };

  /// Gives what is known at once, then more of it, then all.
  using Publish = std::function<void(const Answer& answer, bool is_whole)>;

  static void compute(const std::string& folder, const Answer& known, const Publish& publish);
  void take(int request, const Answer& answer, bool is_whole);

  SessionModel* session_;
  QTimer* soon_;
  std::vector<Item> items_;
  std::vector<std::string> keys_;  ///< of each item: what it was computed from
  int request_ = 0;
  bool busy_ = false, again_ = false;
  bool watched_ = false, is_read_ = false;
};

}  // namespace lorascope::ui
