#pragma once

#include <locale>
#include <string>
#include <vector>

#include "core/figures/report_content.h"
#include "core/figures/report_presets.h"
#include "core/store/report_store.h"
#include "core/store/run_store.h"

namespace lorascope::test {

/// Adds every preset about all runs to the report, each with a label of its own.
inline void pin_everything(const store::Workspace& workspace) {
  const std::vector<store::RunRecord> all = store::RunStore(workspace).list();
  store::ReportStore report(workspace);
  std::vector<std::string> labels;
  for (const figures::ReportPreset& preset : figures::report_presets()) {
    for (const figures::ReportQuery& query : figures::preset_queries(workspace, preset.id, all, all)) {
      const figures::Content content = figures::report_content(workspace, query, all);
      if (figures::is_empty(content)) continue;
      store::FigureRecord record;
      record.label = figures::new_label(content, labels);
      record.query = query.to_json();
      labels.push_back(record.label);
      report.put(record);
    }
  }
}

/// A decimal comma and points between thousands.
struct GermanNumbers : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace lorascope::test
