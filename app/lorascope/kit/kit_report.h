#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/figures/report_content.h"
#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::app {

/// A pinned figure or table of the kit with the stem of its files: "01-training-loss".
struct KitReportItem {
  std::string stem;
  figures::ReportItem item;
};

/// The runs that the report's figures show, by id; all finished ones where they name none; none where nothing is pinned.
std::vector<std::int64_t> report_runs(const store::Workspace& workspace);

/// The report's figures that show any of these runs, or no run at all, in their order.
std::vector<KitReportItem> kit_report(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs);

/// Adds report/: each figure as PDF, SVG, PNG, CSV and pgfplots, each table as LaTeX, CSV and Markdown, all in the
/// styles that were chosen, and report.tex, which puts them together with captions and labels.
void add_report(std::map<std::string, std::string>& files, const std::vector<KitReportItem>& items);

}  // namespace lorascope::app
