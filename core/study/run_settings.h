#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace lorascope::study {

/// What is trained: every weight (full fine-tuning), low-rank adapters and the head over frozen weights, or what mixes
/// stored adapters: a gate for all modules ([X-LoRA]) or for each ([MeteoRA]), their weights on few examples ([LoRAHub]),
/// nothing (given weights, [Arrow]'s routing, each task its own adapter).
enum class Method { FullFineTuning, Lora, Xlora, Meteora, Lorahub, Merge, Arrow, Switch };

/// "ft", "lora", "xlora", "meteora", "lorahub", "merge", "arrow", "switch": the names of files and of the command line.
std::string_view text(Method method);
/// All of them, in that order.
const std::vector<std::string>& known_methods();
/// Whether it puts stored adapters together.
bool mixes_adapters(Method method);
/// Whether it takes optimiser steps.
bool takes_steps(Method method);
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
  bool use_dora = false;
  std::string init = "default";          ///< how A and B begin: PEFT's names, "gaussian", "orthogonal", "pissa", …
  std::string bias = "none";             ///< which biases are trained: "none", "all", "lora_only"
  std::vector<std::int64_t> layers;      ///< adapted layers, from 0; empty = all
  std::vector<std::string> rank_pattern;   ///< "PATTERN=RANK": other ranks for modules whose path ends so
  std::vector<std::string> alpha_pattern;  ///< "PATTERN=ALPHA"
};

/// What only span questions need (run_qa's names and defaults).
struct SquadSettings {
  int stride = 128;            ///< tokens by which neighbouring windows of a context overlap
  int n_best = 20;             ///< candidates kept for each question
  int max_answer_length = 30;  ///< tokens
  bool version_2 = false;      ///< questions may have no answer
  double null_threshold = 0;   ///< "no answer" wins where its score is above the best answer's by more
  std::string segment_ids = "true";  ///< "zero": as PEFT's question-answering wrapper drops them
  /// "real": the softmax over start and end sees real tokens; "padded": also the padding, as the originals' does;
  /// "auto": padded on the compatible path.
  std::string span_loss = "auto";
};

/// What only multiple choice needs.
struct SwagSettings {
  bool train_head = true;  ///< under LoRA; PEFT trains the head only where modules_to_save names it
};

/// What only a mixture of adapters needs ([X-LoRA] section 2).
struct XloraSettings {
  /// Of every mixture: "FOLDER" or "run:N", with "NAME=" before it (adapter_reference.h), in the order of the gate's
  /// outputs.
  std::vector<std::string> adapters;
  std::string mode = "ours";          ///< whose arithmetic: "xlora", "peft", "ours"
  int depth = 1;                      ///< linear layers of the gate
  int size = 2048;                    ///< width of its inner layers
  double dropout = 0.2;               ///< after each of them
  bool layerwise = true;              ///< scalings of its own for each adapted module
  bool softmax = true;                ///< over the adapters
  double temperature = 1;
  int top_k = 0;                      ///< adapters kept a token; 0 = all
  double scaling_pass_value = 0;      ///< every scaling in the pass that feeds the gate
  double balance_weight = 0;          ///< of the loss's term against one adapter taking all
  double entropy_weight = 0;          ///< of the mean entropy of a token's scalings
  double task_weight = 0;             ///< of the scalings' cross-entropy against the adapter named as the task
  int cache_mib = 0;                  ///< mode ours: memory for the gate's inputs from epoch to epoch; 0 = none is kept
  bool train_adapters = false;
  bool train_head = false;            ///< a head that had to be drawn is trained in any case
};

/// What only the other mixtures need.
struct MixSettings {
  std::vector<double> weights;   ///< merge: one an adapter; empty: 1/N each
  std::string sum = "factors";   ///< lorahub: "factors" as published, (Σ w A, Σ w B), or "delta", Σ w ΔW
  int examples = 5;              ///< lorahub: the first ones of the training data
  int budget = 40;               ///< lorahub: evaluations of their loss
  double penalty = 0.05;         ///< lorahub: of the mean of |w|
  int top_k = 0;                 ///< meteora, arrow: adapters kept a token; 0 = the method's own, 2 and 3, as far as there are
  double temperature = 1;        ///< arrow
  double gate_loss_weight = 1;   ///< meteora: of the gates' cross-entropy against each example's own adapter
  bool train_head = false;       ///< meteora: beside the gates
};

/// Several tasks of one run; empty for a run of one task. The lists have one entry a task.
struct SeveralTasks {
  std::vector<std::string> tasks;
  std::vector<std::string> train, eval, test;  ///< files; "" = none
  std::string draw = "proportional";           ///< how often each is drawn: "proportional", "uniform", "temperature"
  double temperature = 2;                      ///< of the last
};

/// The Trainer's arithmetic and when it evaluates, keeps and stops.
struct TrainingSettings {
  double epochs = 3;           ///< above 0; fractions are allowed; ignored when max_steps > 0
  std::int64_t max_steps = 0;  ///< optimiser steps; 0 = go by epochs
  int batch_size = 16;         ///< examples of one micro-batch
  int eval_batch_size = 16;    ///< changes the evaluation loss (mean of batch means)
  int accumulate = 1;          ///< micro-batches of one optimiser step
  /// "batches": the mean of the micro-batches' mean losses, as the Trainer does; "tokens": each weighs by the labelled
  /// tokens (spans and choices: examples) that its loss is a mean of.
  std::string accumulate_by = "batches";
  double learning_rate = 5e-5;
  double head_learning_rate = 0;  ///< of the task's head; 0 = learning_rate
  double warmup_ratio = 0;  ///< share of all steps, in [0, 1)
  double weight_decay = 0;
  double max_grad_norm = 1;   ///< 0 = no clipping
  double loraplus_ratio = 0;  ///< LoRA+: rate of B over that of A; 0 = one rate for all
  std::uint64_t seed = 42;
  std::optional<double> dropout;  ///< hidden, attention and head dropout; nothing = the model's own
  Batching batching = Batching::Plain;
  bool compatible_path = false;      ///< padded batches in the original's order of operations
  bool activation_checkpointing = false;  ///< activations are computed twice instead of kept: less memory, more time
  std::string precision = "fp32";    ///< "bf16": products in half the bits, where the device has them
  int max_length = 0;                ///< tokens of an example; 0 = the task's: see length_limit()
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
  XloraSettings xlora;  ///< of Method::Xlora only, but for the adapters
  MixSettings mix;      ///< of the other mixtures only
  SeveralTasks several;  ///< of the task kSeveralTasks only
  SquadSettings squad;  ///< of the task squad only
  SwagSettings swag;    ///< of the task swag only
  TrainingSettings training;
  int zero_division = 0;        ///< value of precision and recall without a prediction or entity
  int threads = 0;              ///< 0 = all cores
  std::string device = "auto";  ///< "auto", "cpu", "cuda"
  std::string export_folder;    ///< writes the trained model or adapter there too; not part of the hash

  /// Tokens of an example: training.max_length, or the task's default (squad 384, wnut17 128, swag: the model's limit)
  /// as far as a model with `max_positions` allows it.
  int length_limit(int max_positions) const;
  /// Whether span losses see padding.
  bool has_padded_span_loss() const;
  /// Whether the model sees zeros instead of the segment ids.
  bool has_zero_segment_ids() const;
  /// Whether one run is about several tasks.
  bool has_several_tasks() const { return !several.tasks.empty(); }
  /// The names of its tasks, one or several.
  std::vector<std::string> task_names() const;
  /// The settings of task `i` of task_names() as those of a run of its own.
  RunSettings of_task(std::size_t i) const;
  /// What does not fit together, each under its key: a metric that the task has not, a stride that no window allows, ….
  std::vector<Problem> problems() const;

  /// Canonical JSON: sorted keys, no spaces, all keys present that concern the run: `lora` only where the method is
  /// LoRA, `xlora` and `mix` only what the mixture needs, `squad` and `swag` only for their task, `several` only for
  /// several.
  std::string to_json() const;
  /// Missing keys keep their defaults (rows of an older version lack new ones). Throws StudyError naming every key that
  /// is unknown, of the wrong type or out of range.
  static RunSettings from_json(std::string_view json);
  /// SHA-256 of to_json() without name, group and export folder.
  std::string hash() const;
};

/// Task of a run that was made elsewhere and is none of ours; it is shown, never trained.
inline constexpr const char* kForeignTask = "other";

/// Task of a run that is about several.
inline constexpr const char* kSeveralTasks = "several";

/// Names of the tasks that can be trained.
const std::vector<std::string>& known_tasks();
/// Names of the metrics by which a task's runs can be selected; "loss" first, then the task's main score.
const std::vector<std::string>& selection_metrics(std::string_view task);

}  // namespace lorascope::study
