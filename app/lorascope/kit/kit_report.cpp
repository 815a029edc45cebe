#include "app/lorascope/kit/kit_report.h"

#include <algorithm>
#include <set>

#include "core/figures/table_text.h"
#include "core/store/report_store.h"
#include "core/store/run_store.h"

namespace lorascope::app {
namespace {

// At least two digits, and as many as the last one needs: files sort as the report does.
std::string numbered(std::size_t number, std::size_t count, const std::string& stem) {
  const std::string digits = std::to_string(number);
  const std::size_t width = std::max<std::size_t>(2, std::to_string(count).size());
  return std::string(width - std::min(width, digits.size()), '0') + digits + "-" + stem;
}

void add_figure(std::map<std::string, std::string>& files, const std::string& path, const figures::ReportItem& item) {
  const figures::Drawing drawing = figures::layout_content(item.content, item.style.render);
  files[path + ".pdf"] = figures::render_pdf(drawing);
  files[path + ".svg"] = figures::render_svg(drawing);
  files[path + ".png"] = figures::render_png(drawing, item.style.render.dpi);
  files[path + ".csv"] = figures::content_csv(item.content);
  files[path + ".tex"] = figures::item_latex(item);
}

void add_table(std::map<std::string, std::string>& files, const std::string& path, const figures::ReportItem& item) {
  files[path + ".csv"] = figures::content_csv(item.content);
  files[path + ".md"] = figures::markdown_table(std::get<figures::TableData>(item.content));
  files[path + ".tex"] = figures::item_latex(item);
}

std::string figure_environment(const KitReportItem& one) {
  std::string text =
      "\\begin{figure}\n  \\centering\n"
      "  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{\\includegraphics{" +
      one.stem + ".pdf}}\n";
  text += "  \\caption{" + figures::latex_escaped(one.item.caption) + "}\n  \\label{fig:" +
          figures::label_stem(one.item.record.label, "figure") + "}\n\\end{figure}\n";
  return text;
}

std::string document(const std::vector<KitReportItem>& items) {
  std::string text =
      "% pdflatex report.tex; every figure also as pgfplots source: \\input its .tex with \\usepackage{pgfplots}\n"
      "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n"
      "\\usepackage{booktabs,graphicx}\n\\begin{document}\n";
  for (const KitReportItem& one : items) {
    if (!one.item.problem.empty()) continue;
    text += figures::is_table(one.item.content) ? "\\input{" + one.stem + ".tex}\n" : figure_environment(one);
    text += "\\clearpage\n";
  }
  return text + "\\end{document}\n";
}

}  // namespace

std::vector<std::int64_t> report_runs(const store::Workspace& workspace) {
  const std::vector<store::RunRecord> all = store::RunStore(workspace).list();
  std::set<std::int64_t> ids;
  for (const store::FigureRecord& record : store::ReportStore(workspace).list()) {
    const figures::ReportQuery query = figures::ReportQuery::from_json(record.query);
    for (const store::RunRecord& run : figures::selected_runs(query.runs, all)) ids.insert(run.id);
  }
  // Pictures that were pinned as they are name no runs: the kit is then about all that have finished.
  if (ids.empty() && !store::ReportStore(workspace).list().empty()) {
    for (const store::RunRecord& run : all)
      if (run.state == store::RunState::Finished) ids.insert(run.id);
  }
  return {ids.begin(), ids.end()};
}

std::vector<KitReportItem> kit_report(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs) {
  const std::vector<store::RunRecord> all = store::RunStore(workspace).list();
  const auto in_kit = [&](const store::RunRecord& run) {
    return std::any_of(runs.begin(), runs.end(), [&](const store::RunRecord& one) { return one.id == run.id; });
  };
  std::vector<KitReportItem> items;
  for (const store::FigureRecord& record : store::ReportStore(workspace).list()) {
    figures::ReportItem item = figures::report_item(workspace, record, all);
    if (!item.runs.empty() && std::none_of(item.runs.begin(), item.runs.end(), in_kit)) continue;
    items.push_back({"", std::move(item)});
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].stem = numbered(i + 1, items.size(), figures::label_stem(items[i].item.record.label, "figure"));
  }
  return items;
}

void add_report(std::map<std::string, std::string>& files, const std::vector<KitReportItem>& items) {
  if (items.empty()) return;
  for (const KitReportItem& one : items) {
    if (!one.item.problem.empty()) continue;
    const std::string path = "report/" + one.stem;
    figures::is_table(one.item.content) ? add_table(files, path, one.item) : add_figure(files, path, one.item);
  }
  files["report/report.tex"] = document(items);
}

}  // namespace lorascope::app
