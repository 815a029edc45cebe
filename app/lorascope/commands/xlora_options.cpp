#include "app/lorascope/commands/xlora_options.h"

#include <CLI/CLI.hpp>

#include "core/study/run_settings.h"

namespace lorascope::app {

void add_xlora_options(CLI::App& command, study::XloraSettings& settings) {
  command
      .add_option("--adapters", settings.adapters, "xlora: folders of the adapters that the gate mixes: DIR,DIR,DIR")
      ->delimiter(',');
  command
      .add_option(
          "--xlora-mode", settings.mode,
          "xlora: whose arithmetic: the package's, PEFT's, or ours (no dropout in the pass that feeds the gate)")
      ->check(CLI::IsMember({"xlora", "peft", "ours"}))
      ->capture_default_str();
  command.add_option("--xlora-depth", settings.depth, "xlora: linear layers of the gate (the paper's: 8)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--xlora-size", settings.size, "xlora: width of its inner layers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--xlora-dropout", settings.dropout, "xlora: dropout after each inner layer")
      ->capture_default_str();
  command
      .add_option("--layerwise", settings.layerwise,
                  "xlora: scalings of its own for each adapted module (true or false)")
      ->capture_default_str();
  command.add_option("--xlora-softmax", settings.softmax, "xlora: softmax over the adapters (true or false)")
      ->capture_default_str();
  command.add_option("--xlora-temperature", settings.temperature, "xlora: of that softmax")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--xlora-top-k", settings.top_k, "xlora: adapters kept a token and module; 0 = all")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--scaling-pass-value", settings.scaling_pass_value,
                     "xlora: every scaling in the pass that feeds the gate; 0 = the base model");
  command
      .add_option("--balance-weight", settings.balance_weight,
                  "xlora: of the loss's term against one adapter taking all")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--entropy-weight", settings.entropy_weight,
                     "xlora: of the mean entropy of a token's scalings in the loss; below 0 it mixes more");
  command
      .add_option("--task-weight", settings.task_weight,
                  "xlora: of the scalings' cross-entropy against the adapter that is named as the task")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option("--xlora-cache-mib", settings.cache_mib,
                  "xlora, mode ours: memory for the gate's inputs, which are then computed once; 0 = none is kept")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--xlora-train-head", settings.train_head, "xlora: whether the head is trained with the gate")
      ->capture_default_str();
}

}  // namespace lorascope::app
