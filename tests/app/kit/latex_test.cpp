// Slow: everything that a kit holds as LaTeX goes through pdflatex, where that is installed.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "app/lorascope/kit/kit.h"
#include "core/base/files.h"
#include "core/figures/pgfplots.h"
#include "core/store/run_store.h"
#include "tests/app/kit/pinned.h"
#include "tests/support/catch.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"

namespace fs = std::filesystem;
using namespace lorascope;

namespace {

bool has_latex() {
  if (std::system("kpsewhich pgfplots.sty booktabs.sty >/dev/null 2>&1") == 0) return true;
  WARN("pdflatex with pgfplots and booktabs is not installed");
  return false;
}

std::vector<fs::path> latex_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".tex" && entry.path().filename() != "report.tex") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The log of a run that ended well; fails the test otherwise.
std::string log_of(const fs::path& folder, const std::string& stem) {
  const std::string command = "cd '" + folder.string() + "' && pdflatex -interaction=nonstopmode -halt-on-error " +
                              stem + ".tex >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  const std::string log = read_file(folder / (stem + ".log"));
  INFO(log.substr(log.size() - std::min<std::size_t>(log.size(), 2000)));
  CHECK(status == 0);
  CHECK(log.find("\n! ") == std::string::npos);
  CHECK(log.find("LaTeX Warning: Reference") == std::string::npos);
  return log;
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("pdflatex takes every table and pgfplots figure of a kit in one document", "[.slow]") {
  if (!has_latex()) return;
  const test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  const test::SampleRuns runs = test::fill_sample_workspace(workspace, {.num_steps = 40, .spectrum_length = 16});
  store::RunStore(workspace).set_name(runs.ft[0], "seed_42 & \"50 %\" {#1} ~ ^ \\ ä");
  test::pin_everything(workspace);
  std::vector<std::int64_t> ids = runs.ft;
  ids.insert(ids.end(), runs.lora.begin(), runs.lora.end());
  const fs::path kit = folder.path() / "kit";
  app::write_kit(workspace, ids, kit);
  std::ofstream document(kit / "all.tex");
  document << "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n"
              "\\usepackage{booktabs,graphicx,pgfplots}\n\\pgfplotsset{compat=1.16}\n\\setlength{\\parindent}{0pt}\n"
              "\\begin{document}\n";
  std::size_t count = 0;
  for (const char* part : {"tables", "figures", "report"}) {
    for (const fs::path& file : latex_files(kit / part)) {
      document << "\\input{" << part << '/' << file.filename().string() << "}\\clearpage\n";
      ++count;
    }
  }
  document << "\\end{document}\n";
  document.close();
  CHECK(count > 40);
  const std::string log = log_of(kit, "all");
  // A legend of long names may be wider than the text; figures and tables are not.
  CHECK(count_of(log, "Overfull \\hbox") <= count / 10);
  CHECK(fs::exists(kit / "all.pdf"));
  log_of(kit / "report", "report");
  CHECK(fs::exists(kit / "report" / "report.pdf"));
}

TEST_CASE("pdflatex takes heat maps with gaps and axes of words", "[.slow]") {
  if (!has_latex()) return;
  const test::TemporaryFolder folder;
  figures::HeatMapData map;
  map.title = "Differences & gaps";
  map.row_label = "layer";
  map.column_label = "module";
  map.rows = {"layer 1", "layer_0"};
  map.columns = {"query", "attention out"};
  map.values = {0.5, -0.25, NAN, 0};
  map.unit = "%";
  map.diverging = true;
  figures::HeatMapData constant = map;
  constant.values = {1, 1, 1, 1};
  constant.diverging = false;
  std::ofstream(folder.path() / "map.tex")
      << "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{pgfplots}\n"
         "\\pgfplotsset{compat=1.16}\n\\begin{document}\n"
      << figures::pgfplots_figure(map) << "\n\n" << figures::pgfplots_figure(constant) << "\\end{document}\n";
  log_of(folder.path(), "map");
  CHECK(fs::exists(folder.path() / "map.pdf"));
}
