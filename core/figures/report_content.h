#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/report_query.h"
#include "core/figures/report_style.h"
#include "core/store/report_store.h"
#include "core/store/workspace.h"

namespace lorascope::figures {

/// What the query shows, from the rows as they are now: the same rows give the same content. `all`: every run of the
/// workspace that is not in the trash.
Content report_content(const store::Workspace& workspace, const ReportQuery& query,
                       std::span<const store::RunRecord> all);

/// The runs among these whose rows the query's content is made of: those with points of the series, with spectra, with
/// a result.
std::vector<store::RunRecord> contributing_runs(const store::Workspace& workspace, const ReportQuery& query,
                                                const std::vector<store::RunRecord>& runs);

/// One sentence or more for the caption: title, what is drawn, number of contributing runs with their seeds, what bands,
/// intervals and ± are. Ends with a full stop.
std::string generated_caption(const Content& content, const ReportQuery& query, std::span<const store::RunRecord> runs);

/// A figure or table of the report, ready to be exported.
struct ReportItem {
  store::FigureRecord record;
  ReportQuery query;
  ReportStyle style;
  std::vector<store::RunRecord> runs;  ///< that it shows
  Content plain;                       ///< as the query gives it
  Content content;                     ///< the same in the record's style
  std::string generated;               ///< caption that says what is shown
  std::string caption;                 ///< the record's own, or the generated one
  std::string problem;                 ///< why there is no content; empty where there is
  bool pending = false;                ///< content is still being computed
};

/// The item as it stands in the report. Never throws: what is wrong stands in `problem`.
ReportItem report_item(const store::Workspace& workspace, const store::FigureRecord& record,
                       std::span<const store::RunRecord> all);

/// LaTeX to be \input: the table with caption and label.
std::string item_latex(const ReportItem& item);

/// "fig:training-loss" or "tab:scores" as the stem of file names: letters, digits, "-" and ".".
std::string label_stem(const std::string& label, const std::string& otherwise);

}  // namespace lorascope::figures
