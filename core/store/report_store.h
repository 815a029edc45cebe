#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/workspace.h"

namespace lorascope::store {

/// One pinned figure or table of the report.
struct FigureRecord {
  std::int64_t id = 0;
  double position = 0;  ///< lower comes first
  std::string label;    ///< of \label and of file names; may be empty
  std::string caption;  ///< empty: generated from what it shows
  std::string query;    ///< JSON: what it shows (figures::ReportQuery)
  std::string style;    ///< JSON: how it is exported (figures::ReportStyle)
};

/// The report: pinned figures and tables in their order.
class ReportStore {
 public:
  explicit ReportStore(const Workspace& workspace) : workspace_(&workspace) {}

  /// In order.
  std::vector<FigureRecord> list() const;
  /// With id 0 a new one at the end; otherwise the record as it is, whether there is one of this id or not. Returns its
  /// id.
  std::int64_t put(const FigureRecord& record);
  /// Nothing happens where there is none.
  void remove(std::int64_t id);
  /// Positions by place in `ids`; figures that are not named follow in their old order.
  void set_order(const std::vector<std::int64_t>& ids);

 private:
  const Workspace* workspace_;
};

}  // namespace lorascope::store
