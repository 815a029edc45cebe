#include "app/lorascope/import/import_run.h"

#include <cmath>
#include <optional>

#include "app/lorascope/import/checkpoint_spectra.h"
#include "app/lorascope/import/trainer_folder.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "core/files/checked_json.h"
#include "core/files/tensor_archive.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "core/study/run_settings.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSourceKind = "imported from";

std::optional<double> card_number(const TrainerFolder& trainer, const char* key) {
  const auto value = trainer.card.find(key);
  if (value == trainer.card.end()) return std::nullopt;
  try {
    return std::stod(value->second);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// The project's task of a checkpoint by its architecture or PEFT's task type; kForeignTask where it is none of ours.
std::string task_of(const TrainerCheckpoint& checkpoint) {
  std::string kind;
  if (checkpoint.is_adapter) {
    kind = files::read_adapter_config(checkpoint.folder / "adapter_config.json").task_type.value_or("");
  } else if (fs::exists(checkpoint.folder / "config.json")) {
    const fs::path file = checkpoint.folder / "config.json";
    const OrderedJson config = files::parse_checked(files::read_checkpoint_text(file, ""), file.string());
    if (config.is_object() && config.contains("architectures") && config["architectures"].is_array()) {
      for (const auto& name : config["architectures"]) kind += name.is_string() ? name.get<std::string>() : "";
    }
  }
  if (kind == "TOKEN_CLS" || kind.find("ForTokenClassification") != std::string::npos) return "wnut17";
  if (kind == "QUESTION_ANS" || kind.find("ForQuestionAnswering") != std::string::npos) return "squad";
  if (kind.find("ForMultipleChoice") != std::string::npos) return "swag";
  return study::kForeignTask;
}

void read_lora(const fs::path& folder, study::RunSettings& settings) {
  const files::AdapterConfig config = files::read_adapter_config(folder / "adapter_config.json");
  settings.method = study::Method::Lora;
  settings.lora.rank = static_cast<int>(config.rank);
  settings.lora.alpha = config.alpha;
  settings.lora.dropout = config.dropout;
  settings.lora.use_rslora = config.use_rslora;
  if (!config.target_modules.names.empty()) settings.lora.targets = config.target_modules.names;
  settings.lora.target_pattern = config.target_modules.pattern.value_or("");
  if (config.base_model) settings.model = *config.base_model;
}

study::RunSettings settings_of(const TrainerFolder& trainer, const fs::path& base, const std::string& name) {
  study::RunSettings settings;
  settings.name = name.empty() ? trainer.folder.filename().string() : name;
  settings.group = settings.name;
  settings.task = study::kForeignTask;
  settings.model = base.empty() ? "not known" : base.string();
  if (!trainer.checkpoints.empty()) {
    const TrainerCheckpoint& newest = trainer.checkpoints.back();
    settings.task = task_of(newest);
    if (newest.is_adapter) read_lora(newest.folder, settings);
    if (!base.empty()) settings.model = base.string();
  }
  study::TrainingSettings& training = settings.training;
  if (trainer.epochs > 0) training.epochs = trainer.epochs;
  if (trainer.batch_size > 0) training.batch_size = static_cast<int>(trainer.batch_size);
  if (const auto rate = card_number(trainer, "learning_rate"); rate && *rate > 0) training.learning_rate = *rate;
  if (const auto seed = card_number(trainer, "seed"); seed && *seed >= 0) {
    training.seed = static_cast<std::uint64_t>(*seed);
  }
  return settings;
}

std::int64_t num_values(const TrainerCheckpoint& checkpoint) {
  const fs::path file = checkpoint.folder / (checkpoint.is_adapter ? "adapter_model.safetensors" : "model.safetensors");
  if (!fs::exists(file)) return 0;
  std::int64_t count = 0;
  const std::unique_ptr<files::TensorArchive> archive = files::open_archive(file);
  for (const auto& [name, info] : archive->tensors()) count += info.num_elements();
  return count;
}

std::optional<store::RunId> earlier_import(const store::RunStore& runs, const std::string& source) {
  for (const store::RunRecord& run : runs.list()) {
    for (const store::Artifact& artifact : runs.artifacts(run.id, kSourceKind)) {
      if (artifact.path == source) return run.id;
    }
  }
  return std::nullopt;
}

/// What is imported: where it comes from, the command that does it, and how far it goes.
struct Source {
  fs::path path;
  std::string command;
  std::int64_t last_step = 0;
};

/// The run of an earlier import of the same source, or a new finished one.
ImportedRun begin_import(store::RunStore& runs, const study::RunSettings& settings, const Source& source) {
  const std::string path = source.path.string();
  const std::optional<store::RunId> earlier = earlier_import(runs, path);
  ImportedRun imported;
  imported.is_new = !earlier;
  imported.run = earlier ? *earlier : runs.create_finished(settings, source.command + " " + path);
  runs.add_artifact(imported.run, {kSourceKind, path, 0, "", source.last_step, now_seconds()});
  return imported;
}

/// Writes one trainer's log and checkpoints into the rows of one run.
class RunFiller {
 public:
  RunFiller(store::Workspace& workspace, const TrainerFolder& trainer, ImportedRun& imported)
      : runs_(workspace), writer_(workspace, imported.run), trainer_(trainer), imported_(imported) {}

  void write_log() {
    store::Heartbeat beat;
    for (const TrainerLogRow& row : trainer_.log) {
      write_row(row);
      if (const auto loss = row.values.find("loss"); loss != row.values.end()) beat.loss = loss->second;
    }
    beat.step = trainer_.global_step;
    beat.total_steps = trainer_.max_steps;
    beat.seconds_left = 0;
    beat.phase = "imported";
    writer_.set_heartbeat(beat);
  }

  void write_checkpoint(const TrainerCheckpoint& checkpoint, const std::vector<store::Spectrum>& spectra) {
    runs_.add_artifact(imported_.run, {checkpoint.is_adapter ? "adapter" : "model", checkpoint.folder.string(), 0, "",
                                       checkpoint.step, now_seconds()});
    for (const store::Spectrum& spectrum : spectra) writer_.add_spectrum(spectrum);
    imported_.checkpoints += spectra.empty() ? 0 : 1;
  }

  void finish() {
    if (trainer_.max_steps > trainer_.global_step) {
      writer_.add_event("warning", "the Trainer stopped at step " + std::to_string(trainer_.global_step) + " of " +
                                       std::to_string(trainer_.max_steps));
    }
    for (const std::string& note : imported_.notes) writer_.add_event("info", note);
    writer_.add_event("info", "imported from " + trainer_.folder.string());
    writer_.flush();
    imported_.series = runs_.series_names(imported_.run).size();
    store::RunResult result;
    result.scores = last_scores_;
    result.seconds = seconds_;
    if (!trainer_.checkpoints.empty()) {
      const TrainerCheckpoint& newest = trainer_.checkpoints.back();
      result.parameters_trainable = result.parameters_all = num_values(newest);
    }
    runs_.set_result(imported_.run, result);
    if (!trainer_.best_metric_name.empty()) {
      runs_.set_best(imported_.run, {trainer_.best_metric_name, trainer_.best_metric, best_step()});
    }
  }

 private:
  void write_row(const TrainerLogRow& row) {
    std::map<std::string, double> scores;
    for (const auto& [name, value] : row.values) {
      writer_.add(series_of_logged(name), row.step, value);
      ++imported_.points;
      if (name.rfind("eval_", 0) == 0) scores[name.substr(5)] = value;
      if (name == "train_runtime") seconds_ = value;
    }
    writer_.add("time/epoch", row.step, row.epoch);
    if (scores.empty()) return;
    const auto runtime = scores.find("runtime");
    runs_.add_evaluation(imported_.run, {row.step, row.epoch, "eval", scores,
                                         runtime == scores.end() ? 0 : runtime->second, now_seconds()});
    last_scores_["eval"] = scores;
  }

  std::int64_t best_step() const {
    for (const TrainerLogRow& row : trainer_.log) {
      const auto value = row.values.find("eval_" + trainer_.best_metric_name);
      if (value != row.values.end() && value->second == trainer_.best_metric) return row.step;
    }
    return 0;
  }

  store::RunStore runs_;
  store::MetricWriter writer_;
  const TrainerFolder& trainer_;
  ImportedRun& imported_;
  store::Scores last_scores_;
  double seconds_ = 0;
};

}  // namespace

ImportedRun import_trainer_folder(store::Workspace& workspace, const fs::path& folder, const fs::path& base,
                                  const std::string& name) {
  const TrainerFolder trainer = read_trainer_folder(folder);
  const fs::path absolute_base = base.empty() ? base : fs::weakly_canonical(base);
  const CheckpointSpectra measure(absolute_base);
  std::vector<std::vector<store::Spectrum>> spectra;
  bool lacks_base = false;
  for (const TrainerCheckpoint& checkpoint : trainer.checkpoints) {
    lacks_base = lacks_base || (!checkpoint.is_adapter && base.empty());
    spectra.push_back(checkpoint.is_adapter ? measure.of_adapter(checkpoint.folder, checkpoint.step)
                                            : measure.of_model(checkpoint.folder, checkpoint.step));
  }
  const study::RunSettings settings = settings_of(trainer, absolute_base, name);

  store::RunStore runs(workspace);
  ImportedRun imported = begin_import(runs, settings, {trainer.folder, "lorascope import hf", trainer.global_step});
  if (lacks_base) imported.notes.push_back("no base model given (--base): no spectra of the full checkpoints");
  if (trainer.checkpoints.empty()) imported.notes.push_back("no checkpoint with safetensors weights: no spectra");
  RunFiller filler(workspace, trainer, imported);
  filler.write_log();
  for (std::size_t i = 0; i < spectra.size(); ++i) filler.write_checkpoint(trainer.checkpoints[i], spectra[i]);
  filler.finish();
  return imported;
}

ImportedRun import_metric_table(store::Workspace& workspace, const fs::path& file, const TableMapping& mapping,
                                const std::string& name) {
  const MetricTable table = read_metric_table(file, mapping);
  const fs::path source = fs::weakly_canonical(file);
  study::RunSettings settings;
  settings.name = name.empty() ? source.stem().string() : name;
  settings.group = settings.name;
  settings.task = study::kForeignTask;
  settings.model = "not known";

  store::RunStore runs(workspace);
  ImportedRun imported = begin_import(runs, settings, {source, "lorascope import csv", table.last_step});
  store::MetricWriter writer(workspace, imported.run);
  for (const auto& [series, points] : table.series) {
    for (const store::MetricPoint& point : points) writer.add(series, point.step, point.value);
    imported.points += points.size();
  }
  if (!table.left_out.empty()) {
    std::string names;
    for (const std::string& column : table.left_out) names += (names.empty() ? "" : ", ") + column;
    imported.notes.push_back("columns without numbers left out: " + names);
    writer.add_event("info", imported.notes.back());
  }
  store::Heartbeat beat;
  beat.step = beat.total_steps = table.last_step;
  beat.seconds_left = 0;
  beat.phase = "imported";
  writer.set_heartbeat(beat);
  writer.flush();
  imported.series = table.series.size();
  return imported;
}

}  // namespace lorascope::app
