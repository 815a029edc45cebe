#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lorascope::app {

/// One row of the Hugging Face Trainer's log_history: what it logged at one step. Not-a-number stays what it is.
struct TrainerLogRow {
  std::int64_t step = 0;
  double epoch = 0;
  std::map<std::string, double> values;  ///< "loss", "learning_rate", "eval_f1", …
};

/// A checkpoint-N folder: an adapter or a whole model, and the step it was saved at.
struct TrainerCheckpoint {
  std::filesystem::path folder;
  std::int64_t step = 0;
  bool is_adapter = false;
};

/// The output folder of a Hugging Face Trainer, read without its pickled files.
struct TrainerFolder {
  std::filesystem::path folder;
  std::vector<TrainerCheckpoint> checkpoints;  ///< by step; those that hold weights
  std::vector<TrainerLogRow> log;              ///< of the newest trainer_state.json
  std::int64_t global_step = 0;
  std::int64_t max_steps = 0;   ///< 0: not said
  double epochs = 0;            ///< num_train_epochs; 0: not said
  std::int64_t batch_size = 0;  ///< 0: not said
  std::string best_metric_name;  ///< metric_for_best_model is pickled; known only where a logged value equals best_metric
  double best_metric = 0;
  /// "learning_rate" → "5e-05", …: the list of the model card (README.md) where there is one.
  std::map<std::string, std::string> card;
};

/// Reads `folder`: a run's folder with checkpoint-N folders, or one checkpoint. The log comes from the trainer_state.json
/// of the highest step. Throws InputError with every problem at once: no trainer_state.json anywhere, damaged JSON,
/// values of the wrong type.
TrainerFolder read_trainer_folder(const std::filesystem::path& folder);

/// The series a logged value goes to: "loss" is "train/loss", "learning_rate" "train/lr", "grad_norm"
/// "train/grad_norm", "eval_NAME" "eval/NAME", all else "trainer/NAME".
std::string series_of_logged(const std::string& name);

}  // namespace lorascope::app
