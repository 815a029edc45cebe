#include "ui/study/study_estimate.h"

#include <QObject>
#include <cmath>

#include "core/base/error.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

double examplesPerStep(const study::RunSettings& settings) {
  return static_cast<double>(settings.training.batch_size) * settings.training.accumulate;
}

// Seconds an example of training takes; nothing without a finished run of this kind.
std::optional<double> secondsPerExample(const study::RunSettings& settings,
                                        const std::vector<store::RunRecord>& known) {
  double seconds = 0, examples = 0;
  for (const store::RunRecord& run : known) {
    const bool is_alike = run.task == settings.task && run.method == study::text(settings.method) &&
                          run.result.seconds > 0 && run.heartbeat.total_steps > 0;
    if (!is_alike) continue;
    try {
      const study::RunSettings other = study::RunSettings::from_json(run.settings);
      if (other.model != settings.model || other.training.max_length != settings.training.max_length) continue;
      seconds += run.result.seconds;
      examples += static_cast<double>(run.heartbeat.total_steps) * examplesPerStep(other);
    } catch (const Error&) {
      continue;  // settings of another version say nothing
    }
  }
  if (examples <= 0) return std::nullopt;
  return seconds / examples;
}

}  // namespace

QString StudyEstimate::text() const {
  const QString runs = num_runs == 1 ? QObject::tr("1 run") : QObject::tr("%1 runs").arg(num_runs);
  if (num_judged == 0) return QObject::tr("%1; how long is known after the first").arg(runs);
  const QString time = durationText(seconds);
  return num_judged == num_runs ? QObject::tr("%1, about %2").arg(runs, time)
                                : QObject::tr("%1, about %2 for %3 of them").arg(runs, time).arg(num_judged);
}

StudyEstimate estimate(const std::vector<study::RunSettings>& runs, const std::vector<store::RunRecord>& known,
                       std::int64_t num_examples) {
  StudyEstimate result;
  result.num_runs = static_cast<int>(runs.size());
  for (const study::RunSettings& settings : runs) {
    const std::optional<double> rate = secondsPerExample(settings, known);
    const double steps = static_cast<double>(settings.training.max_steps);
    const double examples =
        steps > 0 ? steps * examplesPerStep(settings) : settings.training.epochs * static_cast<double>(num_examples);
    if (!rate || examples <= 0) continue;
    result.seconds += *rate * examples;
    ++result.num_judged;
  }
  return result;
}

}  // namespace lorascope::ui
