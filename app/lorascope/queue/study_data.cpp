#include "app/lorascope/queue/study_data.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/data_problems.h"
#include "core/data/label_set.h"
#include "core/data/miniature_squad.h"
#include "core/data/miniature_swag.h"
#include "core/data/miniature_wnut17.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/tagged_file.h"
#include "core/study/settings_fields.h"

namespace lorascope::app::queue {
namespace fs = std::filesystem;
namespace {

struct OptionOfKey {
  const char* key;
  const char* option;
};

// The options of `lorascope train` by the key of the setting; flags and special forms are handled in train_command().
constexpr OptionOfKey kOptions[] = {
    {"model", "--model"},
    {"task", "--task"},
    {"data.train", "--train"},
    {"data.eval", "--eval"},
    {"data.test", "--test"},
    {"method", "--method"},
    {"adapter", "--adapter"},
    {"lora.rank", "--rank"},
    {"lora.alpha", "--alpha"},
    {"lora.dropout", "--lora-dropout"},
    {"lora.use_rslora", "--use-rslora"},
    {"lora.use_dora", "--use-dora"},
    {"lora.init", "--lora-init"},
    {"lora.bias", "--lora-bias"},
    {"lora.layers", "--lora-layers"},
    {"lora.rank_pattern", "--rank-pattern"},
    {"lora.alpha_pattern", "--alpha-pattern"},
    {"xlora.adapters", "--adapters"},
    {"xlora.mode", "--xlora-mode"},
    {"xlora.depth", "--xlora-depth"},
    {"xlora.size", "--xlora-size"},
    {"xlora.dropout", "--xlora-dropout"},
    {"xlora.layerwise", "--layerwise"},
    {"xlora.softmax", "--xlora-softmax"},
    {"xlora.temperature", "--xlora-temperature"},
    {"xlora.top_k", "--xlora-top-k"},
    {"xlora.scaling_pass_value", "--scaling-pass-value"},
    {"xlora.balance_weight", "--balance-weight"},
    {"xlora.entropy_weight", "--entropy-weight"},
    {"xlora.task_weight", "--task-weight"},
    {"xlora.cache_mib", "--xlora-cache-mib"},
    {"xlora.train_head", "--xlora-train-head"},
    {"mix.weights", "--mix-weights"},
    {"mix.sum", "--mix-sum"},
    {"mix.examples", "--examples"},
    {"mix.budget", "--budget"},
    {"mix.penalty", "--penalty"},
    {"mix.top_k", "--top-k"},
    {"mix.temperature", "--mix-temperature"},
    {"mix.gate_loss_weight", "--gate-loss-weight"},
    {"mix.train_head", "--mix-train-head"},
    {"several.draw", "--draw"},
    {"several.temperature", "--draw-temperature"},
    {"squad.stride", "--stride"},
    {"squad.n_best", "--n-best"},
    {"squad.max_answer_length", "--max-answer-length"},
    {"squad.version_2", "--squad-v2"},
    {"squad.null_threshold", "--null-threshold"},
    {"squad.segment_ids", "--segment-ids"},
    {"squad.span_loss", "--span-loss"},
    {"swag.train_head", "--train-head"},
    {"training.learning_rate", "--lr"},
    {"training.head_learning_rate", "--head-lr"},
    {"training.accumulate_by", "--accumulate-by"},
    {"training.activation_checkpointing", "--activation-checkpointing"},
    {"training.precision", "--precision"},
    {"training.epochs", "--epochs"},
    {"training.max_steps", "--max-steps"},
    {"training.batch_size", "--batch-size"},
    {"training.eval_batch_size", "--eval-batch-size"},
    {"training.accumulate", "--accumulate"},
    {"training.warmup_ratio", "--warmup-ratio"},
    {"training.weight_decay", "--weight-decay"},
    {"training.max_grad_norm", "--max-grad-norm"},
    {"training.loraplus_ratio", "--loraplus-ratio"},
    {"training.seed", "--seed"},
    {"training.dropout", "--dropout"},
    {"training.max_length", "--max-length"},
    {"training.evaluate_every_steps", "--evaluate-every"},
    {"training.checkpoint_every_steps", "--checkpoint-every"},
    {"training.spectra_every_steps", "--spectra-every"},
    {"training.early_stopping_patience", "--early-stopping-patience"},
    {"training.evaluate_on", "--evaluate-on"},
    {"metrics.zero_division", "--zero-division"},
    {"threads", "--threads"},
    {"device", "--device"},
    {"name", "--name"},
    {"export_folder", "--export"},
};

std::string shell_word(const std::string& argument) {
  const bool is_plain = !argument.empty() && std::all_of(argument.begin(), argument.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./,:=+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return argument;
  std::string result = "'";
  for (const char c : argument) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string joined_targets(const study::LoraSettings& lora) {
  if (!lora.target_pattern.empty()) return lora.target_pattern;
  std::string names;
  for (const std::string& target : lora.targets) names += (names.empty() ? "" : ",") + target;
  return names;
}

/// With commas and no spaces.
std::string joined(const Json& list) {
  std::string text;
  for (const Json& element : list) text += (text.empty() ? "" : ",") + study::value_text(element);
  return text;
}

/// What is wrong with one data file of a task.
std::vector<Problem> problems_of(const std::string& file, const std::string& task) {
  try {
    if (task == "squad") {
      data::read_squad(file);
    } else if (task == "swag") {
      data::read_swag(file);
    } else {
      data::DataProblems problems(file);
      data::read_tagged_file(file, data::LabelSet::wnut17(), problems);
      return problems.problems();
    }
  } catch (const DataError& error) {
    return error.problems();
  }
  return {};
}

/// Writes the generated splits of a task and returns their files: train, dev, test.
std::vector<fs::path> write_miniature(const std::string& task, const data::MiniatureOptions& options,
                                      const fs::path& folder) {
  std::vector<std::string> texts;
  std::string extension = ".conll";
  if (task == "squad") {
    const data::SquadSplits splits = data::make_miniature_squad(options);
    for (const auto* part : {&splits.train, &splits.dev, &splits.test}) texts.push_back(data::squad_json(*part, false));
    extension = ".json";
  } else if (task == "swag") {
    const data::SwagSplits splits = data::make_miniature_swag(options);
    for (const auto* part : {&splits.train, &splits.dev, &splits.test}) texts.push_back(data::swag_csv(*part));
    extension = ".csv";
  } else {
    const data::TaggedSplits splits = data::make_miniature_wnut17(options);
    for (const auto* part : {&splits.train, &splits.dev, &splits.test}) texts.push_back(data::conll_text(*part));
  }
  const std::vector<std::string> names = {"train", "dev", "test"};
  std::vector<fs::path> files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    files.push_back(folder / (names[i] + extension));
    write_file_atomically(files.back(), texts[i]);
  }
  return files;
}

bool is_always_written(std::string_view key) {
  return key == "task" || key == "method" || key == "data.train";
}

/// " --train wnut17=FILE --train squad=FILE …"
std::string task_files(const study::RunSettings& settings) {
  std::string text;
  for (std::size_t i = 0; i < settings.task_names().size(); ++i) {
    const study::RunSettings own = settings.of_task(i);
    const std::pair<const char*, const std::string*> files[] = {
        {" --train ", &own.train_file}, {" --eval ", &own.eval_file}, {" --test ", &own.test_file}};
    for (const auto& [option, file] : files) {
      if (!file->empty()) text += option + shell_word(own.task + "=" + *file);
    }
  }
  return text;
}

/// `lorascope mix train` says of which task each file is.
bool is_said_by_files(std::string_view key) {
  return key == "task" || key.starts_with("data.");
}

}  // namespace

std::vector<Problem> data_problems(const study::Study& study) {
  std::map<std::string, std::string> files;  // task by file
  for (const study::RunSettings& settings : study.runs) {
    for (std::size_t i = 0; i < settings.task_names().size(); ++i) {
      const study::RunSettings run = settings.of_task(i);
      for (const std::string& file : {run.train_file, run.eval_file, run.test_file}) {
        if (!file.empty()) files[file] = run.task;
      }
    }
  }
  std::vector<Problem> all;
  for (const auto& [file, task] : files) {
    for (Problem& problem : problems_of(file, task)) all.push_back(std::move(problem));
  }
  return all;
}

void make_data(study::Study& study, const store::Workspace& workspace) {
  for (const study::StudyTask& task : study.tasks) {
    if (!task.miniature) continue;
    data::MiniatureOptions options;
    options.seed = task.miniature->seed;
    if (task.miniature->size > 0) options.size = static_cast<int>(task.miniature->size);
    const fs::path folder =
        workspace.folder() / "artifacts" / "data" /
        ("miniature-" + task.task + "-seed" + std::to_string(options.seed) + "-size" + std::to_string(options.size));
    const std::vector<fs::path> files = write_miniature(task.task, options, folder);
    study.set_data_files(task.task, files[0].string(), files[1].string(), files[2].string());
  }
}

std::string train_command(const study::RunSettings& settings, const store::Workspace& workspace) {
  static const study::RunSettings defaults;
  const bool is_lora = settings.method == study::Method::Lora;
  const bool trains_one = settings.method == study::Method::FullFineTuning || is_lora ||
                          settings.method == study::Method::Xlora;
  const bool is_mixture = settings.has_several_tasks() || !trains_one;
  std::string line = std::string(is_mixture ? "lorascope mix train" : "lorascope train") + " --workspace " +
                     shell_word(workspace.folder().string());
  if (is_mixture) line += task_files(settings);
  for (const auto& [key, option] : kOptions) {
    if (is_mixture && is_said_by_files(key)) continue;
    const study::SettingsField& field = *study::find_field(key);
    const Json value = field.get(settings);
    if (!is_always_written(key) && value == field.get(defaults)) continue;
    if (!field.concerns(settings)) continue;
    line += std::string(" ") + option;
    if (value == true) continue;
    line += ' ' + shell_word(value.is_array() ? joined(value) : study::value_text(value));
  }
  const study::TrainingSettings& training = settings.training;
  const std::string targets = joined_targets(settings.lora);
  if (is_lora && targets != joined_targets(defaults.lora)) line += " --targets " + shell_word(targets);
  if (training.keep_best || training.early_stopping_patience > 0)
    line += " --select-by " + shell_word(training.select_by);
  if (training.batching == study::Batching::Grouped) line += " --batching grouped";
  if (training.compatible_path) line += " --batching plain";
  return line;
}

}  // namespace lorascope::app::queue
