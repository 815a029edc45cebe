#include "app/lorascope/derive/derived_run.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/lorascope/derive/score_weights.h"
#include "app/lorascope/derive/tuned_run.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/import/checkpoint_spectra.h"
#include "core/adapters/folder_merge.h"
#include "core/adapters/model_merge.h"
#include "core/analysis/intruder_scaling.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

/// What the operation makes: an adapter, or a whole model.
struct Changed {
  std::optional<files::AdapterFolder> adapter;
  files::TensorMap model;
};

std::string number_text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

[[noreturn]] void needs_adapter(const std::string& what) {
  throw UsageError(what + " needs an adapter, the run has a whole model", "choose a run of LoRA");
}

files::AdapterFolder merged(const std::vector<files::AdapterFolder>& folders, const Surgery& surgery,
                            const std::vector<double>& weights) {
  adapters::FolderMergeOptions options;
  options.type = surgery.merge_type;
  options.weights = weights.empty() ? std::vector<double>(folders.size(), 1.0) : weights;
  options.peft_scaling = false;
  options.others_from = 1;
  adapters::MergedFolder made = adapters::merge_folders(folders, options);
  return {folders.front().folder, made.config, std::move(made.tensors)};
}

/// (kept share - 1) times the intruders, as an adapter over the same modules.
files::AdapterFolder correction(const TunedRun& run, const analysis::IntruderScaling& scaling, double kept_share) {
  std::int64_t rank = 0;
  for (const analysis::IntruderPart& part : scaling.parts()) rank = std::max(rank, part.num_intruders());
  files::AdapterFolder folder{run.adapter->folder, run.adapter->config, {}};
  folder.config.rank = rank;
  folder.config.alpha = static_cast<double>(rank);
  folder.config.use_rslora = folder.config.lora_bias = false;
  folder.config.rank_pattern.clear();
  folder.config.alpha_pattern.clear();
  for (const analysis::IntruderPart& part : scaling.parts()) {
    const std::string path = "base_model.model." + part.name.substr(0, part.name.rfind(".weight"));
    const at::Tensor a = at::zeros({rank, part.right.size(1)}), b = at::zeros({part.left.size(0), rank});
    a.narrow(0, 0, part.num_intruders()).copy_(part.right);
    b.narrow(1, 0, part.num_intruders()).copy_(part.left * (kept_share - 1));
    folder.tensors[path + ".lora_A.weight"] = a;
    folder.tensors[path + ".lora_B.weight"] = b;
  }
  return folder;
}

Changed keep_share(const TunedRun& run, const Surgery& surgery) {
  const analysis::IntruderScaling scaling(analysis::changed_matrices(run.base, run.after), surgery.intruders);
  if (scaling.parts().empty())
    throw UsageError("run " + std::to_string(run.record.id) + " has no intruder dimension at this threshold",
                     "raise --threshold, or leave the run as it is");
  Changed changed;
  if (run.is_adapter()) {
    changed.adapter = merged({*run.adapter, correction(run, scaling, *surgery.kept_share)}, {}, {});
    return changed;
  }
  changed.model = run.after;
  for (auto& [name, matrix] : scaling.scaled(*surgery.kept_share)) changed.model[name] = matrix;
  return changed;
}

Changed scale(const TunedRun& run, const Surgery& surgery) {
  Changed changed;
  if (run.is_adapter()) {
    changed.adapter = merged({*run.adapter}, {}, {*surgery.scale});
    return changed;
  }
  changed.model = run.after;  // the head stays as it was trained
  for (const analysis::ChangedMatrix& matrix : analysis::changed_matrices(run.base, run.after))
    changed.model[matrix.name] = matrix.before + *surgery.scale * (matrix.after - matrix.before);
  return changed;
}

Changed operate(const store::Workspace& workspace, const TunedRun& run, const Surgery& surgery) {
  const at::NoGradGuard no_grad;
  if (surgery.kept_share) return keep_share(run, surgery);
  if (surgery.scale) return scale(run, surgery);
  if (!run.is_adapter()) needs_adapter(surgery.text());
  Changed changed;
  if (surgery.whole_model) {
    changed.model = run.after;
  } else if (!surgery.merged_with.empty()) {
    std::vector<files::AdapterFolder> folders = {*run.adapter};
    for (const std::string& other : surgery.merged_with) {
      TunedRun added = open_tuned_run(workspace, other);
      if (!added.is_adapter()) needs_adapter("merging with run " + other);
      folders.push_back(std::move(*added.adapter));
    }
    changed.adapter = merged(folders, surgery, surgery.weights);
  } else {
    adapters::TruncatedFolder made = adapters::truncate_folder(*run.adapter, surgery.truncation);
    changed.adapter = files::AdapterFolder{run.adapter->folder, made.config, std::move(made.tensors)};
  }
  return changed;
}

study::RunSettings settings_of(const TunedRun& run, const Changed& changed, const std::string& name) {
  study::RunSettings settings = run.settings;
  settings.name = name;
  settings.group = (settings.group.empty() ? run.record.name : settings.group + ", " + run.record.name) + ", changed";
  settings.export_folder.clear();
  if (changed.adapter) {
    settings.lora.rank = static_cast<int>(changed.adapter->config.rank);
    settings.lora.alpha = changed.adapter->config.alpha;
  } else if (run.is_adapter()) {
    settings.method = study::Method::FullFineTuning;
  }
  return settings;
}

std::int64_t num_values(const Changed& changed) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : changed.adapter ? changed.adapter->tensors : changed.model) count += tensor.numel();
  return count;
}

void write_weights(const TunedRun& run, const Changed& changed, const fs::path& folder) {
  if (changed.adapter) {
    files::write_adapter_folder(folder, changed.adapter->config, changed.adapter->tensors);
    return;
  }
  files::ModelExport form;
  form.labels = engine::labels_of(run.base, run.settings.task).names();
  const std::string family = files::family_name(run.base.config.family) == "distilbert" ? "DistilBert" : "Bert";
  form.architecture = family + (run.settings.task == "squad"  ? "ForQuestionAnswering"
                                : run.settings.task == "swag" ? "ForMultipleChoice"
                                                              : "ForTokenClassification");
  form.tokenizer_from = run.base.folder;
  files::write_model_folder(folder, run.base.config, changed.model, form);
}

/// Everything that hangs on the new run's row.
void fill_run(const store::Workspace& workspace, store::RunId id, const TunedRun& run, const Changed& changed,
              const store::RunResult& result) {
  store::RunStore runs(workspace);
  const fs::path folder = workspace.run_folder(id) / (changed.adapter ? "adapter" : "model");
  fs::create_directories(folder.parent_path());
  write_weights(run, changed, folder);
  const std::int64_t step = run.record.heartbeat.step;
  store::Artifact artifact{changed.adapter ? "adapter" : "model", workspace.stored_path(folder), 0, "", step,
                           now_seconds()};
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) artifact.size_bytes += static_cast<std::int64_t>(entry.file_size());
  runs.add_artifact(id, artifact);
  const CheckpointSpectra measure(run.base.folder);
  runs.add_spectra(id, changed.adapter ? measure.of_adapter(folder, step) : measure.of_model(folder, step));
  for (const auto& [split, scores] : result.scores) runs.add_evaluation(id, {step, 0, split, scores, 0, now_seconds()});
  runs.set_environment(id, run.record.environment);
  runs.set_result(id, result);
  runs.add_event(id, "info", "derived from run " + std::to_string(run.record.id) + " without training");
}

}  // namespace

std::string Surgery::text() const {
  std::vector<std::string> asked;
  if (kept_share) asked.push_back("kept share " + number_text(*kept_share));
  if (scale) asked.push_back("scaled by " + number_text(*scale));
  if (truncation.rank) asked.push_back("rank " + std::to_string(*truncation.rank));
  if (truncation.energy) asked.push_back(number_text(*truncation.energy * 100) + " % energy");
  if (whole_model) asked.push_back("merged into the base");
  if (!merged_with.empty()) {
    std::string names = "merged with";
    for (const std::string& run : merged_with) names += " " + run;
    asked.push_back(names);
  }
  if (asked.size() != 1)
    throw UsageError("found " + std::to_string(asked.size()) + " operations, expected one",
                     "give one of --kept-share, --scale, --rank, --energy, --with, --whole");
  return asked.front();
}

Json derive_run(const store::Workspace& workspace, const DerivedRunOptions& options,
                const std::function<bool()>& go_on) {
  const std::string name = options.name.empty() ? options.surgery.text() : options.name;
  const std::string operation = options.surgery.text();
  const TunedRun run = open_tuned_run(workspace, options.run);
  const Changed changed = operate(workspace, run, options.surgery);
  store::RunResult result;
  result.parameters_all = result.parameters_trainable = num_values(changed);
  if (options.scores && !run.settings.eval_file.empty()) {
    const files::TensorMap weights =
        changed.adapter ? adapters::merge_into_model(run.base, {*changed.adapter}).tensors : changed.model;
    const auto scores = WeightScores(run, options.rows).task(weights, go_on);
    if (!scores) throw Interrupted("interrupted, nothing was saved");
    result.scores["eval"] = *scores;
  }
  store::RunStore runs(workspace);
  const store::RunId id =
      runs.create_finished(settings_of(run, changed, name), options.command_line, run.record.id);
  try {
    fill_run(workspace, id, run, changed, result);
  } catch (...) {
    runs.delete_permanently(id);
    throw;
  }
  Json answer = {{"run_id", id}, {"parent", run.record.id}, {"operation", operation}};
  if (result.scores.count("eval") != 0) answer["scores"] = result.scores.at("eval");
  return answer;
}

}  // namespace lorascope::app
