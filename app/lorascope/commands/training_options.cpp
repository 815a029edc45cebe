#include "app/lorascope/commands/training_options.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands/text_options.h"
#include "app/lorascope/commands/xlora_options.h"
#include "core/base/error.h"
#include "core/study/settings_fields.h"

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

const study::SettingsField& find(const char* key) { return *study::find_field(key); }

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

void add_length_options(CLI::App& command, study::RunSettings& settings) {
  study::SquadSettings& squad = settings.squad;
  command.add_option("--max-length", settings.training.max_length,
                     "Tokens of a row; 0 = the task's: squad 384, wnut17 128, swag as many as the model allows")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--stride", squad.stride, "squad: tokens by which the windows of a context overlap")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--segment-ids", squad.segment_ids, "squad: true, or zero as PEFT's wrapper for questions has them")
      ->check(CLI::IsMember({"true", "zero"}))
      ->capture_default_str();
  command.add_option("--n-best", squad.n_best, "squad: answers kept for each question")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--max-answer-length", squad.max_answer_length, "squad: tokens of an answer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--squad-v2", squad.version_2, "squad: questions may have no answer");
  command.add_option("--null-threshold", squad.null_threshold,
                     "squad, version 2: \"no answer\" wins where it scores better by more than this")
      ->capture_default_str();
}

void TrainingCommandOptions::add_model_options(CLI::App& command) {
  command.add_option("--model", settings.model, "Model folder, a model's name, or \"default\"")->capture_default_str();
  command.add_option("--task", settings.task, "wnut17, squad or swag")->required();
  command.add_option("--train", settings.train_file, "Training data in the task's own format")->required();
  command.add_option("--method", method, "ft (every weight), lora (low-rank adapters and the head) or xlora (a gate over stored adapters)")
      ->check(CLI::IsMember({"ft", "lora", "xlora"}))
      ->capture_default_str();
  command.add_option("--adapter", settings.adapter, "Adapter or X-LoRA folder to train on; its own configuration counts");
  add_xlora_options(command, settings.xlora);
  command.add_option("--rank", settings.lora.rank, "Rank of new adapters")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--alpha", settings.lora.alpha, "Scaling is alpha / rank")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--lora-dropout", settings.lora.dropout, "Dropout on the adapters' input")->capture_default_str();
  command.add_option("--targets", targets, "Adapted modules: names with commas, or a regular expression over whole paths")
      ->default_str("query,value");
  command.add_flag("--use-rslora", settings.lora.use_rslora, "Scaling is alpha / sqrt(rank)");
  command.add_flag("--use-dora", settings.lora.use_dora, "DoRA: direction and magnitude are trained apart");
  command.add_option("--lora-init", settings.lora.init, find("lora.init").allowed)->capture_default_str();
  command.add_option("--lora-bias", settings.lora.bias, "Biases that are trained: none, all or lora_only")
      ->capture_default_str();
  command.add_option("--lora-layers", settings.lora.layers, "Adapted layers from 0, with commas; default: all")
      ->delimiter(',');
  command.add_option("--rank-pattern", settings.lora.rank_pattern, "Other ranks: PATTERN=RANK, with commas")->delimiter(',');
  command.add_option("--alpha-pattern", settings.lora.alpha_pattern, "Other alphas: PATTERN=ALPHA, with commas")
      ->delimiter(',');
  command.add_option("--train-head", settings.swag.train_head,
                     "swag under LoRA: whether the head is trained (true or false)")
      ->capture_default_str();
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
  command.add_option("--head-lr", training.head_learning_rate, "Learning rate of the task's head; 0 = --lr")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--accumulate-by", training.accumulate_by,
                     "batches: the mean of the micro-batches' losses, as the Trainer; tokens: of all labelled tokens")
      ->check(CLI::IsMember({"batches", "tokens"}))
      ->capture_default_str();
  command.add_flag("--activation-checkpointing", training.activation_checkpointing,
                   "Compute activations twice instead of keeping them: less memory, more time");
  command.add_option("--precision", training.precision, "fp32, or bf16 where the device has it")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  add_length_options(command, settings);
  command.add_option("--span-loss", settings.squad.span_loss,
                     "squad: real (tokens only), padded (as the originals), auto (padded with --batching plain)")
      ->check(CLI::IsMember({"auto", "real", "padded"}))
      ->capture_default_str();
  command
      .add_option("--batching", batching,
                  "plain: the Hugging Face Trainer's order, padded rows and order of operations; grouped: rows of similar "
                  "length together; default: plain's order on packed tokens")
      ->check(CLI::IsMember({"plain", "grouped"}));
}

study::RunSettings TrainingCommandOptions::finished() const {
  require_task(settings.task, {"wnut17", "squad", "swag"});
  study::RunSettings result = settings;
  result.method = study::method_from(method);
  if (!settings.adapter.empty() && result.method == study::Method::FullFineTuning) {
    throw UsageError("--adapter: found --method " + method + ", expected --method lora or xlora", "an adapter cannot be fully fine-tuned");
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
  result = study::RunSettings::from_json(result.to_json());
  if (const std::vector<Problem> problems = result.problems(); !problems.empty()) {
    throw UsageError("these options do not fit together:\n  " + problems.front().to_text());
  }
  return result;
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
