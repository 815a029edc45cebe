#pragma once

#include <cstdint>
#include <vector>

#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::test {

/// What fill_sample_workspace writes.
struct SampleOptions {
  int num_steps = 400;        ///< optimiser steps of a finished run; ten evaluations
  int spectrum_length = 48;   ///< singular values of a full fine-tuning module; adapters have 8
  bool with_living = true;    ///< seed 44 of LoRA runs, seed 44 of full fine-tuning waits; otherwise all are finished
  bool with_trouble = false;  ///< a second study with a failed, a lost, a paused and a stopped run
};

struct SampleRuns {
  std::int64_t study = 0;
  std::vector<store::RunId> ft, lora;  ///< three seeds each: 42, 43, 44
  std::vector<store::RunId> trouble;   ///< failed, lost, paused, stopped
};

/// A study of full fine-tuning against LoRA over three seeds with plausible curves (train/loss, train/grad_norm,
/// train/lr, eval/f1, eval/loss, time/*), spectra of 6 layers x query and value, events, first batches, artifacts and
/// results. The same rows every time, except for the times of living runs, which are near to now.
SampleRuns fill_sample_workspace(const store::Workspace& workspace, const SampleOptions& options = {});

/// `num_runs` small finished runs in studies of 50: for lists and benchmarks.
void fill_many_runs(const store::Workspace& workspace, int num_runs);

/// One finished run with `num_points` points of train/loss, with a spike at three quarters.
store::RunId fill_long_run(const store::Workspace& workspace, std::int64_t num_points);

}  // namespace lorascope::test
