#include "app/lorascope/kit/kit_texts.h"

#include <algorithm>

#include "core/base/json.h"
#include "core/figures/file_stem.h"
#include "core/figures/run_groups.h"
#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"

namespace lorascope::app {
namespace {

std::string label_of(const store::RunRecord& run) {
  std::string label = "run " + std::to_string(run.id);
  if (!run.group.empty()) label += ", " + run.group;
  if (!run.name.empty() && run.name != run.group) label += ", " + run.name;
  std::replace(label.begin(), label.end(), '\n', ' ');
  return label;
}

std::string caption_of(const figures::FigureData& figure) {
  std::string caption = figure.title;
  if (!figure.note.empty()) caption += " (" + figure.note + ")";
  const std::string axes = figure.y.full_label() + " against " + figure.x.full_label();
  // "Training loss: training loss against step" would say it twice.
  const bool repeats = !figure.title.empty() && figure.y.label.ends_with(figure.title.substr(1));
  return caption + (repeats ? ", against " + figure.x.full_label() : ": " + axes);
}

std::string report_section(const std::vector<KitReportItem>& report) {
  if (report.empty()) return {};
  std::string text = "## Report\n\n`report/report.tex` puts it together.\n\n";
  for (const KitReportItem& one : report) {
    text += "- `report/" + one.stem + "`: " +
            (one.item.problem.empty() ? one.item.caption : "left out, " + one.item.problem) + "\n";
  }
  return text + "\n";
}

// "train 1f2e3d4c5b6a, eval …" of a run's data files; "–" without.
std::string hashes_text(const OrderedJson& hashes) {
  constexpr std::size_t kShown = 12;
  std::string text;
  for (const auto& [name, hash] : hashes.items()) {
    if (!hash.is_string()) continue;
    text += (text.empty() ? "" : ", ") + name + " " + hash.get<std::string>().substr(0, kShown);
  }
  return text.empty() ? "–" : text;
}

std::string versions_text(const OrderedJson& versions) {
  std::string text;
  for (const auto& [name, version] : versions.items()) {
    if (version.is_string()) text += (text.empty() ? "" : ", ") + name + " " + version.get<std::string>();
  }
  return text.empty() ? "–" : text;
}

std::string in_cell(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "–" : text;
}

OrderedJson object_from(const std::string& text) {
  OrderedJson value = OrderedJson::parse(text, nullptr, false);
  return value.is_object() ? value : OrderedJson::object();
}

std::string runs_section(const std::vector<store::RunRecord>& runs) {
  std::string text =
      "\n## Runs\n\n| run | seed | state | settings | data | model | versions |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const store::RunRecord& run : runs) {
    const std::string state = std::string(store::text(run.state)) + (run.reason.empty() ? "" : " (" + run.reason + ")");
    text += "| " + in_cell(label_of(run)) + " | " + in_cell(figures::seed_name(run)) + " | " + in_cell(state) + " | " +
            in_cell(run.settings_hash.substr(0, 12)) + " | " +
            in_cell(hashes_text(object_from(run.environment.data_hashes))) + " | " +
            in_cell(run.environment.model_hash.substr(0, 12)) + " | " +
            in_cell(versions_text(object_from(run.environment.versions))) + " |\n";
  }
  return text + "\nThe first digits of SHA-256; whole ones are in `versions.json`.\n";
}

}  // namespace

std::string kit_commands(const std::vector<store::RunRecord>& runs) {
  std::string text =
      "#!/bin/sh\n# One command a run; paths are those of the machine on which it ran. settings/ has every value.\n";
  for (const store::RunRecord& run : runs) {
    text += "\n# " + label_of(run) + "\n";
    text += run.command_line.empty()
                ? "# no command was recorded: see settings/run-" + std::to_string(run.id) + ".json\n"
                : run.command_line + "\n";
  }
  return text;
}

std::string kit_versions(const std::vector<store::RunRecord>& runs) {
  OrderedJson list = OrderedJson::array();
  for (const store::RunRecord& run : runs) {
    list.push_back({{"run_id", run.id},
                    {"name", run.name},
                    {"group", run.group},
                    {"state", store::text(run.state)},
                    {"device", run.environment.device},
                    {"versions", object_from(run.environment.versions)},
                    {"settings_sha256", run.settings_hash},
                    {"data_sha256", object_from(run.environment.data_hashes)},
                    {"model_sha256", run.environment.model_hash}});
  }
  return OrderedJson{{"runs", list}}.dump(2) + "\n";
}

std::string kit_readme(const std::vector<store::RunRecord>& runs, const std::vector<NamedFigure>& figures,
                       const std::vector<KitReportItem>& report, const std::vector<store::StudyRecord>& studies) {
  std::string command = "lorascope export";
  for (const store::RunRecord& run : runs) command += " " + std::to_string(run.id);
  std::string text =
      "# Paper kit of " + std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs") + "\n\n" +
      "Written by lorascope " + LORASCOPE_VERSION + ". The same rows of the workspace give the same bytes:\n\n    " +
      command + " --kit FOLDER\n\n" + report_section(report) + "## Scores\n\n";
  const figures::TableData scores = figures::score_table(runs, {.single_runs = false});
  text += figures::markdown_table(scores);
  if (!scores.note.empty()) text += "\n(" + scores.note + "; best in bold)\n";
  text +=
      "\n## Files\n\n| file | what it is |\n| --- | --- |\n"
      "| `figures/*.pdf` | vector figures for a paper |\n"
      "| `figures/*.svg` | the same for the web and for editing; text is text |\n"
      "| `figures/*.png` | the same at 300 dpi |\n"
      "| `figures/*.csv` | the numbers each figure draws, in full precision |\n"
      "| `figures/*.tex` | the same as pgfplots source: `\\input` it; needs pgfplots |\n"
      "| `tables/scores.*` | scores by group with mean and standard deviation, and each run: LaTeX (`\\input` it; "
      "needs "
      "booktabs and graphicx), CSV, Markdown |\n"
      "| `tables/all-scores.csv` | every score that was measured, per type and strict ones too |\n"
      "| `tables/*-references.*` | numbers that the study quotes from elsewhere, beside ours |\n"
      "| `tables/runs.*` | the runs with state, steps and times |\n"
      "| `tables/spectra.csv` | singular values of every module's update at the last recorded step |\n"
      "| `settings/run-N.json` | every setting of a run |\n";
  for (const store::StudyRecord& study : studies) {
    text += "| `studies/" + figures::file_stem(study.name) + ".toml` | the study file \"" + study.name + "\" |\n";
  }
  text +=
      "| `commands.sh` | the command that repeats each run |\n"
      "| `versions.json` | device, versions, hashes of settings, data and model of each run |\n"
      "| `SHA256SUMS` | checksums of all files: `sha256sum -c SHA256SUMS` |\n\n## Figures\n\n";
  for (const NamedFigure& figure : figures) {
    text += "- `figures/" + figure.stem + "`: " + caption_of(figure.figure) + "\n";
  }
  return text + runs_section(runs);
}

}  // namespace lorascope::app
