#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::study {

/// What is trained: every weight (full fine-tuning), or low-rank adapters and the head over frozen weights.
enum class Method { FullFineTuning, Lora };

/// "ft", "lora": the names of files and of the command line.
std::string_view text(Method method);
/// Throws StudyError for another name.
Method method_from(std::string_view name);

/// Order and composition of batches. Plain: the Hugging Face Trainer's (a random order, cut into slices). Grouped: the
/// same order, sorted by length inside mega-batches of 50 batches, the longest batch first.
enum class Batching { Plain, Grouped };

std::string_view text(Batching batching);
Batching batching_from(std::string_view name);

/// The low-rank update s B A of chosen linear layers ([LoRA] section 4.1).
struct LoraSettings {
  int rank = 8;          ///< R, at least 1
  double alpha = 16;     ///< scaling = alpha / rank, or alpha / sqrt(rank) with use_rslora
  double dropout = 0.1;  ///< on the adapter's input, in [0, 1)
  std::vector<std::string> targets = {"query", "value"};  ///< last components of module names, as PEFT matches them
  std::string target_pattern;  ///< a regular expression over whole module names; replaces targets
  bool use_rslora = false;
};

/// The Trainer's arithmetic and when it evaluates, keeps and stops.
struct TrainingSettings {
  double epochs = 3;           ///< above 0; fractions are allowed; ignored when max_steps > 0
  std::int64_t max_steps = 0;  ///< optimiser steps; 0 = go by epochs
  int batch_size = 16;         ///< examples of one micro-batch
  int eval_batch_size = 16;    ///< changes the evaluation loss (mean of batch means)
  int accumulate = 1;          ///< micro-batches of one optimiser step
  double learning_rate = 5e-5;
  double warmup_ratio = 0;  ///< share of all steps, in [0, 1)
  double weight_decay = 0;
  double max_grad_norm = 1;   ///< 0 = no clipping
  double loraplus_ratio = 0;  ///< LoRA+: rate of B over that of A; 0 = one rate for all
  std::uint64_t seed = 42;
  std::optional<double> dropout;  ///< hidden, attention and head dropout; nothing = the model's own
  Batching batching = Batching::Plain;
  bool compatible_path = false;      ///< padded batches in the original's order of operations
  int max_length = 0;                ///< tokens of an example; 0 = as long as the model allows
  int evaluate_every_steps = 0;      ///< 0 = at the end of every epoch
  int checkpoint_every_steps = 0;    ///< 0 = with every evaluation
  int spectra_every_steps = 10;      ///< adapters' live spectra; 0 = only at evaluation points
  int early_stopping_patience = 0;   ///< evaluations without improvement; 0 = never stop early
  std::string select_by = "loss";    ///< metric of the selection split: "loss", "f1", …
  bool keep_best = false;            ///< put the best weights back at the end (implied by patience)
  std::string evaluate_on = "eval";  ///< split of selection: "eval" or "test"
};

/// Every value of one run. Everything the run does follows from these and from the content of the files they name.
struct RunSettings {
  std::string name;   ///< "seed 42"; not part of the hash
  std::string group;  ///< "LoRA r 8, lr 1e-3": runs that differ in the seed only; not part of the hash
  std::string task = "wnut17";
  std::string model = "default";  ///< "default", a folder, or a name that `model get` knows
  std::string train_file;
  std::string eval_file;  ///< empty = no evaluation on it
  std::string test_file;  ///< empty = no test scores
  Method method = Method::FullFineTuning;
  std::string adapter;  ///< folder of the adapter to continue from; empty = a fresh one
  LoraSettings lora;    ///< of Method::Lora only
  TrainingSettings training;
  int zero_division = 0;        ///< value of precision and recall without a prediction or entity
  int threads = 0;              ///< 0 = all cores
  std::string device = "auto";  ///< "auto", "cpu", "cuda"
  std::string export_folder;    ///< writes the trained model or adapter there too; not part of the hash

  /// Canonical JSON: sorted keys, no spaces, all keys present; `lora` only where the method is LoRA.
  std::string to_json() const;
  /// Missing keys keep their defaults (rows of an older version lack new ones). Throws StudyError naming every key that
  /// is unknown, of the wrong type or out of range.
  static RunSettings from_json(std::string_view json);
  /// SHA-256 of to_json() without name, group and export folder.
  std::string hash() const;
};

/// Names of the tasks that can be trained.
const std::vector<std::string>& known_tasks();

}  // namespace lorascope::study
