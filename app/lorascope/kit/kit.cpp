#include "app/lorascope/kit/kit.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "app/lorascope/kit/kit_figures.h"
#include "app/lorascope/kit/kit_report.h"
#include "app/lorascope/kit/kit_texts.h"
#include "app/lorascope/kit/reference_table.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/figures/file_stem.h"
#include "core/figures/mixture_table.h"
#include "core/figures/pgfplots.h"
#include "core/figures/render.h"
#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"
#include "core/study/study.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSums = "SHA256SUMS";

// Files by their path in the kit, so that a kit is made as a whole before any of it is written.
using Files = std::map<std::string, std::string>;

void add_figures(Files& files, const std::vector<NamedFigure>& list) {
  for (const NamedFigure& one : list) {
    const std::string stem = "figures/" + one.stem;
    const figures::Drawing drawing = figures::layout_figure(one.figure, {});
    files[stem + ".pdf"] = figures::render_pdf(drawing);
    files[stem + ".svg"] = figures::render_svg(drawing);
    files[stem + ".png"] = figures::render_png(drawing, figures::RenderOptions{}.dpi);
    files[stem + ".csv"] = figures::figure_csv(one.figure);
    files[stem + ".tex"] = figures::pgfplots_figure(one.figure);
  }
}

void add_table(Files& files, const std::string& stem, const figures::TableData& table) {
  files["tables/" + stem + ".tex"] = figures::latex_table(table, {.label = stem});
  files["tables/" + stem + ".csv"] = figures::csv_table(table);
  files["tables/" + stem + ".md"] = figures::markdown_table(table);
}

// Scores of different tasks have no common columns: each task has figures and tables of its own.
std::vector<NamedFigure> add_task(Files& files, const store::Workspace& workspace,
                                  const std::vector<store::RunRecord>& runs, const std::string& prefix) {
  std::vector<NamedFigure> list = kit_figures(workspace, runs);
  for (NamedFigure& figure : list) figure.stem = prefix + figure.stem;
  add_figures(files, list);
  add_table(files, prefix + "scores", figures::score_table(runs));
  files["tables/" + prefix + "all-scores.csv"] = figures::csv_table(figures::score_table(runs, {.all_scores = true}));
  const std::vector<figures::RunSpectra> spectra = load_spectra(workspace, runs);
  const bool any = std::any_of(spectra.begin(), spectra.end(), [](const auto& run) { return !run.spectra.empty(); });
  if (any) files["tables/" + prefix + "spectra.csv"] = spectra_csv(spectra);
  return list;
}

std::vector<store::StudyRecord> studies_of(const store::Workspace& workspace,
                                           const std::vector<store::RunRecord>& runs) {
  std::set<std::int64_t> ids;
  for (const store::RunRecord& run : runs) {
    if (run.study_id) ids.insert(*run.study_id);
  }
  std::vector<store::StudyRecord> studies;
  for (const std::int64_t id : ids) {
    if (std::optional<store::StudyRecord> study = store::StudyStore(workspace).find(id)) {
      studies.push_back(std::move(*study));
    }
  }
  // Two studies of one name would write one file.
  std::map<std::string, int> taken;
  for (store::StudyRecord& study : studies) {
    if (const int count = ++taken[figures::file_stem(study.name)]; count > 1) study.name += " " + std::to_string(count);
  }
  return studies;
}

// What the studies quote from elsewhere, beside what their runs gave.
void add_references(Files& files, const std::vector<store::StudyRecord>& studies,
                    const std::vector<store::RunRecord>& runs) {
  study::StudyOptions options;
  options.check_files = false;
  for (const store::StudyRecord& study : studies) {
    const study::StudyReading reading = study::read_study(study.source, study.path, options);
    if (reading.study.references.empty()) continue;
    std::vector<store::RunRecord> members;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(members),
                 [&](const store::RunRecord& run) { return run.study_id == study.id; });
    add_table(files, figures::file_stem(study.name) + "-references", reference_table(reading.study.references, members));
  }
}

// One table of methods by tasks for each study that mixes adapters.
void add_mixtures(Files& files, const store::Workspace& workspace, const std::vector<store::StudyRecord>& studies,
                  const std::vector<store::RunRecord>& runs) {
  for (const store::StudyRecord& study : studies) {
    std::vector<store::RunRecord> members;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(members),
                 [&](const store::RunRecord& run) { return run.study_id == study.id; });
    if (!figures::has_mixtures(members)) continue;
    add_table(files, figures::file_stem(study.name) + "-mixtures",
              figures::mixture_table(members, figures::evaluation_speeds(workspace, members)));
  }
}

Files kit_files(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs) {
  Files files;
  std::map<std::string, std::vector<store::RunRecord>> by_task;
  for (const store::RunRecord& run : runs) by_task[run.task].push_back(run);
  std::vector<NamedFigure> list;
  for (const auto& [task, members] : by_task) {
    const std::string prefix = by_task.size() > 1 ? figures::file_stem(task) + "-" : "";
    for (NamedFigure& figure : add_task(files, workspace, members, prefix)) list.push_back(std::move(figure));
  }
  add_table(files, "runs", figures::run_table(runs));
  for (const store::RunRecord& run : runs) {
    const OrderedJson settings = OrderedJson::parse(run.settings, nullptr, false);
    files["settings/run-" + std::to_string(run.id) + ".json"] =
        (settings.is_discarded() ? run.settings : settings.dump(2)) + "\n";
  }
  const std::vector<store::StudyRecord> studies = studies_of(workspace, runs);
  for (const store::StudyRecord& study : studies) files["studies/" + figures::file_stem(study.name) + ".toml"] = study.source;
  add_references(files, studies, runs);
  add_mixtures(files, workspace, studies, runs);
  files["commands.sh"] = kit_commands(runs);
  files["versions.json"] = kit_versions(runs);
  const std::vector<KitReportItem> report = kit_report(workspace, runs);
  add_report(files, report);
  files["README.md"] = kit_readme(runs, list, report, studies);
  std::string sums;
  for (const auto& [path, content] : files) sums += sha256(content) + "  " + path + "\n";
  files[kSums] = sums;
  return files;
}

// What an older kit listed as its own goes, so that no figure of other runs stays among the new ones.
void remove_older_kit(const fs::path& folder) {
  if (!fs::is_regular_file(folder / kSums)) return;
  constexpr std::uint64_t kLargestList = 1 << 22;
  const std::string sums = read_file(folder / kSums, kLargestList);
  for (std::size_t at = 0; at < sums.size();) {
    const std::size_t end = std::min(sums.find('\n', at), sums.size());
    const std::string line = sums.substr(at, end - at);
    at = end + 1;
    if (line.size() <= 66) continue;
    const fs::path path = fs::path(line.substr(66)).lexically_normal();
    if (path.is_absolute() || path.begin()->string() == "..") continue;
    std::error_code ignored;
    if (fs::is_regular_file(fs::symlink_status(folder / path))) fs::remove(folder / path, ignored);
  }
}

// A hundred files: none is synced by itself; the list of checksums is, last of all, so that a kit cut short shows it.
void write_unsynced(const fs::path& path, const std::string& content) {
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) throw Error("cannot write " + path.string(), "check that the folder is writable and the disk has room");
}

}  // namespace

void write_kit(store::Workspace& workspace, const std::vector<std::int64_t>& run_ids, const fs::path& folder) {
  if (run_ids.empty()) throw UsageError("no runs are chosen for the kit", "name runs or a study");
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error("cannot write the kit to " + folder.string() + ": it is a file", "name a folder");
  }
  std::vector<store::RunRecord> runs;
  const std::set<std::int64_t> ids(run_ids.begin(), run_ids.end());
  for (const std::int64_t id : ids) runs.push_back(store::RunStore(workspace).get(id));
  const Files files = kit_files(workspace, runs);
  remove_older_kit(folder);
  for (const auto& [path, content] : files) {
    if (path != kSums) write_unsynced(folder / path, content);
  }
  write_file_atomically(folder / kSums, files.at(kSums));
}

}  // namespace lorascope::app
