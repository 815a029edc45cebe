#pragma once

#include <functional>
#include <optional>

#include "core/base/clock.h"
#include "core/train/checkpoint.h"
#include "core/train/command_source.h"
#include "core/train/evaluator.h"
#include "core/train/selection.h"
#include "core/train/step_plan.h"
#include "core/train/training_observer.h"
#include "core/train/training_options.h"

namespace lorascope::train {

/// How and where a training ended.
struct TrainingOutcome {
  enum class End {
    Completed,     ///< all steps done
    StoppedEarly,  ///< early stopping ended it
    Stopped,       ///< on request, with a checkpoint where a folder was given: it can be resumed
  };
  End end = End::Completed;
  TrainingState state;
  double tokens_per_second = 0.0;         ///< real tokens, over all steps
  std::optional<std::int64_t> kept_step;  ///< step of the weights that are there now, if the best came back
  double epoch = 0.0;                     ///< epochs done when the weights were those that are there now
};

/// What a training on one task and one on several do alike around their steps: they go through epochs, evaluate when it
/// is due, obey commands, also within an evaluation, write checkpoints in time, count and report what a step did and how
/// fast, and end with the best weights where those are followed. Where the training stands is its owner's TrainingState.
class LoopControl {
 public:
  enum class Outcome { Goes, Stops };

  /// All of it must outlive the control.
  struct Parts {
    TrainingObserver* observer = nullptr;  ///< null: nobody watches
    CommandSource* commands = nullptr;     ///< null: nobody asks for anything
    const TrainingOptions* options = nullptr;
    const StepPlan* plan = nullptr;
    TrainingState* state = nullptr;
    std::function<Checkpoint()> make_checkpoint;  ///< of the training as it stands
  };
  explicit LoopControl(Parts parts);
  LoopControl(const LoopControl&) = delete;
  LoopControl& operator=(const LoopControl&) = delete;

  TrainingObserver& observer() const { return *parts_.observer; }

  /// What a training does between commands.
  struct Steps {
    std::function<std::size_t()> begin_epoch;  ///< of the state's epoch; how many steps it has
    std::function<void()> take_step;           ///< that of the state's group
    std::function<Outcome()> evaluate;         ///< empty: never evaluated
  };
  /// Trains from where the state stands to the end, or until a command or the selection stops it.
  TrainingOutcome run(const Steps& steps, Selection& selection);

  /// The state came from a checkpoint: the time it holds was spent by earlier processes.
  void resumed() { wall_before_ = parts_.state->wall_seconds; }

  double process_seconds() const { return wall_.seconds(); }
  double wall_seconds() const { return wall_before_ + wall_.seconds(); }
  double epochs_done() const;

  /// An evaluation that a pause or a stop may interrupt. Goes without one where it was interrupted and the pause is
  /// over: it is to be made afresh.
  Outcome evaluate(const Evaluator& evaluator, tasks::TaskModel& model, std::optional<Evaluation>& evaluation);

  /// Counts a step and reports it; loss, norm, rate, examples and tokens are the caller's.
  void end_step(StepReport report, double seconds);

  /// Writes a checkpoint, if there is a folder for it.
  void save();
  void save_if_due(bool after_evaluation);

 private:
  /// The time of this process begins; the observer is told of the start.
  void start();
  bool evaluation_is_due(bool is_end_of_epoch) const;
  /// Acts on every command that waits.
  Outcome obey_commands();
  /// What comes after the last step (scores of large files) may be interrupted too.
  void save_if_long_unsaved();
  Outcome wait_while_paused();

  Parts parts_;
  Stopwatch wall_;
  double wall_before_ = 0.0;  ///< of earlier processes
  double saved_at_ = 0.0;     ///< seconds of this process
  double saving_seconds_ = 0.0;
  double last_saving_seconds_ = 0.0;
  double smoothed_seconds_per_token_ = 0.0;
  double smoothed_seconds_per_step_ = 0.0;
};

}  // namespace lorascope::train
