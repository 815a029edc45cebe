#include "app/lorascope/queue/study_data.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/data_problems.h"
#include "core/data/label_set.h"
#include "core/data/miniature_wnut17.h"
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
    {"training.learning_rate", "--lr"},
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

bool is_always_written(std::string_view key) {
  return key == "task" || key == "method" || key == "data.train";
}

}  // namespace

std::vector<Problem> data_problems(const study::Study& study) {
  std::set<std::string> files;
  for (const study::RunSettings& run : study.runs) files.insert({run.train_file, run.eval_file, run.test_file});
  files.erase("");
  std::vector<Problem> all;
  for (const std::string& file : files) {
    data::DataProblems problems(file);
    data::read_tagged_file(file, data::LabelSet::wnut17(), problems);
    for (Problem& problem : problems.problems()) all.push_back(std::move(problem));
  }
  return all;
}

void make_data(study::Study& study, const store::Workspace& workspace) {
  if (!study.miniature) return;
  data::MiniatureOptions options;
  options.seed = study.miniature->seed;
  if (study.miniature->size > 0) options.size = static_cast<int>(study.miniature->size);
  const fs::path folder =
      workspace.folder() / "artifacts" / "data" /
      ("miniature-" + study.task + "-seed" + std::to_string(options.seed) + "-size" + std::to_string(options.size));
  const data::TaggedSplits splits = data::make_miniature_wnut17(options);
  write_file_atomically(folder / "train.conll", data::conll_text(splits.train));
  write_file_atomically(folder / "dev.conll", data::conll_text(splits.dev));
  write_file_atomically(folder / "test.conll", data::conll_text(splits.test));
  study.set_data_files((folder / "train.conll").string(), (folder / "dev.conll").string(),
                       (folder / "test.conll").string());
}

std::string train_command(const study::RunSettings& settings, const store::Workspace& workspace) {
  static const study::RunSettings defaults;
  const bool is_lora = settings.method == study::Method::Lora;
  std::string line = "lorascope train --workspace " + shell_word(workspace.folder().string());
  for (const auto& [key, option] : kOptions) {
    const study::SettingsField& field = *study::find_field(key);
    const Json value = field.get(settings);
    if (!is_always_written(key) && value == field.get(defaults)) continue;
    if (!is_lora && field.key.rfind("lora.", 0) == 0) continue;
    line += std::string(" ") + option;
    if (!value.is_boolean()) line += ' ' + shell_word(study::value_text(value));
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
