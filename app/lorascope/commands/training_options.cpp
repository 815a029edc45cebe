#include "app/lorascope/commands/training_options.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands/text_options.h"
#include "core/base/error.h"

namespace lorascope::app {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// Names consist of letters, digits, "_", "-" and "."; anything else makes a regular expression.
bool is_pattern(const std::string& targets) {
  return std::any_of(targets.begin(), targets.end(), [](unsigned char c) {
    return !(std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == ',');
  });
}

std::string shell_word(const std::string& argument) {
  const bool is_plain = !argument.empty() && std::all_of(argument.begin(), argument.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("-_./,:=+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return argument;
  std::string result = "'";
  for (const char c : argument) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

void TrainingCommandOptions::add_model_options(CLI::App& command) {
  command.add_option("--model", settings.model, "Model folder, a model's name, or \"default\"")->capture_default_str();
  command.add_option("--task", settings.task, "wnut17")->required();
  command.add_option("--train", settings.train_file, "Training data in the task's own format")->required();
  command.add_option("--method", method, "ft (every weight) or lora (low-rank adapters and the head)")
      ->check(CLI::IsMember({"ft", "lora"}))
      ->capture_default_str();
  command.add_option("--adapter", settings.adapter, "Adapter folder to train on; its own configuration counts");
  command.add_option("--rank", settings.lora.rank, "Rank of new adapters")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--alpha", settings.lora.alpha, "Scaling is alpha / rank")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--lora-dropout", settings.lora.dropout, "Dropout on the adapters' input")->capture_default_str();
  command.add_option("--targets", targets, "Adapted modules: names with commas, or a regular expression over whole paths")
      ->default_str("query,value");
  command.add_flag("--use-rslora", settings.lora.use_rslora, "Scaling is alpha / sqrt(rank)");
  command.add_option("--threads", settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command.add_option("--device", settings.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
}

void TrainingCommandOptions::add_training_options(CLI::App& command) {
  study::TrainingSettings& training = settings.training;
  command.add_option("--batch-size", training.batch_size, "Rows of a batch")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--eval-batch-size", training.eval_batch_size, "Rows of an evaluation batch")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--accumulate", training.accumulate, "Batches of one optimiser step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--lr", training.learning_rate, "Peak learning rate")->capture_default_str();
  command.add_option("--warmup-ratio", training.warmup_ratio, "Share of the steps in which the rate rises")->capture_default_str();
  command.add_option("--weight-decay", training.weight_decay, "AdamW's decay, not on biases and norms")->capture_default_str();
  command.add_option("--max-grad-norm", training.max_grad_norm, "Clipping; 0 = none")->capture_default_str();
  command.add_option("--loraplus-ratio", training.loraplus_ratio, "LoRA+: learning rate of B over that of A; 0 = off")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--seed", training.seed, "Order of the rows, dropout, new weights")->capture_default_str();
  command.add_option_function<double>(
      "--dropout", [this](double rate) { settings.training.dropout = rate; },
      "One rate for all of the model's own dropouts; default: those of its config.json");
  command.add_option("--max-length", training.max_length, "Tokens of a row; 0 = as many as the model allows")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option("--batching", batching,
                  "plain: the Hugging Face Trainer's order, padded rows and order of operations; grouped: rows of similar "
                  "length together; default: plain's order on packed tokens")
      ->check(CLI::IsMember({"plain", "grouped"}));
}

study::RunSettings TrainingCommandOptions::finished() const {
  require_task(settings.task, {"wnut17"});
  study::RunSettings result = settings;
  result.method = study::method_from(method);
  if (!settings.adapter.empty() && result.method != study::Method::Lora) {
    throw UsageError("--adapter: found --method " + method + ", expected --method lora", "an adapter cannot be fully fine-tuned");
  }
  if (is_pattern(targets)) {
    result.lora.target_pattern = targets;
  } else if (!targets.empty()) {
    result.lora.targets = split_at_commas(targets);
  }
  if (batching == "grouped") result.training.batching = study::Batching::Grouped;
  if (batching == "plain") result.training.compatible_path = true;
  if (chooses_best) result.training.keep_best = true;
  // Ranges are checked where every other source of settings is checked too.
  return study::RunSettings::from_json(result.to_json());
}

std::string own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line = "lorascope";
  std::string argument;
  for (bool is_first = true; std::getline(file, argument, '\0'); is_first = false) {
    if (!is_first) line += ' ' + shell_word(argument);
  }
  return line;
}

}  // namespace lorascope::app
