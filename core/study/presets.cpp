#include "core/study/presets.h"

namespace lorascope::study {
namespace {

/// Table 1 of the paper, and what its authors' public models show (early stopping on the test split's loss, zero
/// division as 1). Alpha and dropout are not given there.
void apply_paper(RunSettings& settings) {
  TrainingSettings& training = settings.training;
  training.learning_rate = 5e-5;
  training.batch_size = 16;
  training.epochs = settings.task == "squad" ? 3 : settings.task == "swag" ? 5 : 10;
  training.warmup_ratio = 0;
  training.weight_decay = 0;
  settings.lora.rank = 8;
  settings.lora.alpha = 16;
  settings.lora.dropout = 0.1;
  settings.lora.targets = {"query", "value"};
  // PEFT's wrapper for questions does not pass segment ids on.
  settings.squad.segment_ids = settings.method == Method::Lora ? "zero" : "true";
  if (settings.task != "wnut17") return;
  training.early_stopping_patience = 5;
  training.select_by = "loss";
  training.evaluate_on = "test";
  settings.zero_division = 1;
}

double tuned_rate(const RunSettings& settings) {
  if (settings.method == Method::FullFineTuning) return 5e-5;
  return settings.task == "squad" ? 3e-4 : settings.task == "swag" ? 2e-4 : 1e-3;
}

/// LoRA's best rate is about ten times full fine-tuning's, and small data wants more passes under it.
void apply_tuned(RunSettings& settings) {
  TrainingSettings& training = settings.training;
  const bool is_full = settings.method == Method::FullFineTuning;
  training.learning_rate = tuned_rate(settings);
  training.batch_size = 16;
  training.epochs = settings.task == "wnut17" ? (is_full ? 10 : 15) : 3;
  training.warmup_ratio = 0.06;
  training.weight_decay = 0.01;
  training.select_by = selection_metrics(settings.task)[1];
  training.keep_best = true;
  training.evaluate_on = "eval";
  training.early_stopping_patience = 0;
  settings.lora.rank = 8;
  settings.lora.alpha = 16;
  settings.lora.dropout = 0.05;
  settings.lora.targets = {"query", "value"};
}

}  // namespace

const std::vector<std::string>& known_presets() {
  static const std::vector<std::string> names = {"paper", "tuned"};
  return names;
}

void apply_preset(std::string_view name, RunSettings& settings) {
  if (name == "paper") apply_paper(settings);
  if (name == "tuned") apply_tuned(settings);
}

}  // namespace lorascope::study
