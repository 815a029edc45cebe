#include "core/figures/compare_inputs.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/figures/curve_figure.h"
#include "core/figures/example_scores.h"
#include "core/figures/layer_map.h"
#include "core/store/run_store.h"
#include "core/study/study.h"

namespace lorascope::figures {
namespace {

std::vector<RunGroup> groups_of(std::span<const store::RunRecord> runs, Grouping grouping) {
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  return group_runs(records, grouping);
}

std::string model_of(const store::RunRecord& run) {
  try {
    return study::RunSettings::from_json(run.settings).model;
  } catch (const Error&) {
    return {};  // settings of another version
  }
}

}  // namespace

std::map<std::string, GroupEvidence> group_evidence(const store::Workspace& workspace,
                                                    std::span<const store::RunRecord> runs,
                                                    const CompareOptions& options, CountsByRun& counts) {
  std::map<std::string, GroupEvidence> evidence;
  const std::string score = options.score.empty() ? main_score(runs) : options.score;
  const std::string metric = score.substr(score.find('/') + 1);
  if (runs.empty() || score.empty() || metric != example_metric(runs.front().task)) return evidence;
  const store::RunStore store(workspace);
  for (const store::RunRecord& run : runs) {
    if (counts.contains(run.id) || run.state != store::RunState::Finished) continue;
    const auto read = example_counts(store.predictions(run.id, score.substr(0, score.find('/'))), run.task);
    counts[run.id] = read.value_or(std::vector<ExampleCounts>());
  }
  const std::vector<RunGroup> groups = groups_of(runs, options.grouping);
  const auto seeds_of = [&](const RunGroup& group) {
    std::vector<std::vector<ExampleCounts>> seeds;
    for (const std::size_t member : group.members) {
      const auto found = counts.find(runs[member].id);
      if (found != counts.end() && !found->second.empty()) seeds.push_back(found->second);
    }
    return seeds;
  };
  std::vector<std::vector<ExampleCounts>> baseline;
  for (const RunGroup& group : groups) {
    const bool first = options.baseline.empty() && &group == &groups.front();
    if (first || group.name == options.baseline) baseline = seeds_of(group);
  }
  for (const RunGroup& group : groups) {
    const auto seeds = seeds_of(group);
    if (seeds.empty()) continue;
    GroupEvidence& one = evidence[group.name];
    one.num_examples = seeds.front().size();
    one.interval = interval_over_examples(seeds);
    one.examples = bootstrap_over_examples(baseline, seeds);
  }
  return evidence;
}

std::map<std::string, std::map<std::string, double>> group_measures(std::span<const store::RunRecord> runs,
                                                                    std::span<const RunSpectra> spectra,
                                                                    Grouping grouping) {
  const std::pair<const char*, SpectrumMeasure> wanted[] = {{"stable rank", SpectrumMeasure::StableRank},
                                                            {"effective rank", SpectrumMeasure::EffectiveRank},
                                                            {"relative size", SpectrumMeasure::RelativeNorm}};
  const std::vector<std::string> modules = modules_of(spectra);
  std::map<std::string, std::map<std::string, double>> result;
  for (const RunGroup& group : groups_of(runs, grouping)) {
    RunGroup own{group.name, {}, group.style};
    for (std::size_t i = 0; i < spectra.size(); ++i) {
      const auto is_it = [&](std::size_t member) { return runs[member].id == spectra[i].run.id; };
      if (std::any_of(group.members.begin(), group.members.end(), is_it)) own.members.push_back(i);
    }
    if (own.members.empty()) continue;
    for (const auto& [name, measure] : wanted) {
      std::vector<double> values;
      for (const std::string& module : modules) {
        const double value = group_measure(spectra, own, module, measure);
        if (std::isfinite(value)) values.push_back(value);
      }
      if (!values.empty()) result[group.name][name] = mean_of(values);
    }
  }
  return result;
}

std::vector<Reference> published_numbers(std::span<const store::StudyRecord> studies,
                                         std::span<const store::RunRecord> runs, Grouping grouping,
                                         const std::string& score) {
  std::vector<Reference> result;
  if (runs.empty()) return result;
  const std::vector<RunGroup> groups = groups_of(runs, grouping);
  std::set<std::int64_t> wanted;
  for (const store::RunRecord& run : runs) wanted.insert(run.study_id.value_or(0));
  const std::string metric = score.substr(score.find('/') + 1);
  for (const store::StudyRecord& record : studies) {
    if (!wanted.contains(record.id)) continue;
    const study::StudyReading reading =
        study::read_study(record.source, record.path, {.data_folder = {}, .check_files = false});
    for (const study::Reference& known : reading.study.references) {
      const auto value = known.values.find(metric);
      if (value == known.values.end() || known.task != runs.front().task) continue;
      Reference reference{known.model + " " + method_name(known.method), score, value->second, known.source};
      if (is_share(metric, known.task)) reference.value *= 100;
      for (const RunGroup& group : groups) {
        const store::RunRecord& first = runs[group.members.front()];
        if (first.method == known.method && model_of(first) == known.model) reference.group = group.name;
      }
      result.push_back(std::move(reference));
    }
  }
  return result;
}

}  // namespace lorascope::figures
