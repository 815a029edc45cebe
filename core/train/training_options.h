#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lorascope::train {

/// How rows are put together to batches.
enum class Ordering {
  Shuffled,  ///< consecutive slices of a seeded permutation: the Hugging Face Trainer's default
  Grouped,   ///< rows of similar length share a batch: less padding, other batches, hence slightly other results
  AsGiven,   ///< the rows' own order in every epoch: for measurements on given batches
};

/// Everything that decides what a training computes; the defaults are those of the Hugging Face Trainer.
struct TrainingOptions {
  double epochs = 3.0;         ///< may be a fraction; ignored where max_steps is above 0
  std::int64_t max_steps = 0;  ///< optimiser steps; 0: as many as the epochs need
  int batch_size = 16;         ///< rows of a micro-batch
  int accumulate = 1;          ///< micro-batches of an optimiser step
  /// Each micro-batch weighs by the terms that its loss is a mean of (labelled tokens, windows, examples), so that the
  /// loss of a step is the mean over all of them; otherwise all weigh the same, as in the Trainer.
  bool accumulate_by_terms = false;
  double learning_rate = 5e-5;
  double head_learning_rate = 0.0;  ///< of the task's head; 0: learning_rate
  double warmup_ratio = 0.0;    ///< share of the steps in which the rate rises, in [0, 1)
  double weight_decay = 0.0;    ///< of AdamW, decoupled
  double max_grad_norm = 1.0;   ///< 0: no clipping
  double loraplus_ratio = 0.0;  ///< LoRA+: rate of B and of vectors over that of A; 0: one rate for all
  std::uint64_t seed = 42;      ///< order of the rows and dropout masks
  Ordering ordering = Ordering::Shuffled;
  bool zero_segment_ids = false;  ///< every segment id becomes 0

  int early_stopping_patience = 0;        ///< evaluations without improvement until training ends; 0: never
  std::string select_by = "loss";         ///< what the best evaluation is chosen by: "loss" or a score; of several tasks
                                          ///< "loss" or "mean" of mean_scores
  bool keep_best = false;                 ///< the best weights come back at the end (implied by patience)
  std::int64_t evaluate_every_steps = 0;  ///< 0: at the end of each epoch

  std::filesystem::path checkpoint_folder;  ///< where checkpoints go; empty: none are written
  std::int64_t checkpoint_every_steps = 0;  ///< 0: after each evaluation, as far as checkpoint_share allows
  double checkpoint_seconds = 600.0;        ///< with 0 steps also this long after the last one
  double checkpoint_share = 0.02;           ///< largest share of the time for checkpoints that nobody asked for

  std::int64_t spectra_every_steps = 10;  ///< adapters' live spectra; 0: at evaluation points only
  double spectra_share = 0.01;            ///< largest share of the time for adapters' spectra; 0: no spectra at all
  double full_spectra_share = 0.05;       ///< the same for those of full fine-tuning, taken at evaluation points

  bool follows_best() const { return keep_best || early_stopping_patience > 0; }
};

}  // namespace lorascope::train
