#include "core/train/training_observer.h"

namespace lorascope::train {

void TrainingObserver::on_start(const StepPlan&, std::int64_t) {}
void TrainingObserver::on_task(std::size_t) {}
void TrainingObserver::on_first_batch(std::span<const data::Feature* const>) {}
void TrainingObserver::on_step_end(const StepReport&) {}
void TrainingObserver::on_evaluation_progress(std::string_view, std::int64_t, std::int64_t) {}
void TrainingObserver::on_evaluation(const EvaluationReport&, const Evaluation&) {}
void TrainingObserver::on_mean_scores(std::int64_t, const std::map<std::string, double>&) {}
void TrainingObserver::on_spectra(std::int64_t, const std::vector<ModuleSpectrum>&) {}
void TrainingObserver::on_checkpoint(const CheckpointReport&) {}
void TrainingObserver::on_phase(Phase) {}
void TrainingObserver::on_log(LogLevel, const std::string&) {}

}  // namespace lorascope::train
