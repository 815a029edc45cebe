#include "ui/widgets/number_format.h"

#include <QDateTime>
#include <QLocale>
#include <cmath>

#include "core/base/clock.h"
#include "core/figures/curve_figure.h"
#include "core/study/run_settings.h"
#include "ui/widgets/final_score.h"

namespace lorascope::ui {

QString countText(std::int64_t value) {
  return QLocale(QLocale::English).toString(static_cast<qlonglong>(value));
}

QString parametersText(std::int64_t value) {
  return value < 1000000 ? countText(value)
                         : QString::number(static_cast<double>(value) / 1e6, 'f', 1) + QStringLiteral(" M");
}

QString scoreText(const std::string& metric, double value, const std::string& task) {
  if (!std::isfinite(value)) {
    return QStringLiteral("–");
  }
  if (figures::is_share(metric, task)) {
    return QString::number(100 * value, 'f', 1);
  }
  return QString::number(value, 'g', 4);
}

QString memoryText(double mebibytes) {
  return mebibytes >= 1024 ? QString::number(mebibytes / 1024, 'f', 1) + QStringLiteral(" GiB")
                           : QString::number(mebibytes, 'f', 0) + QStringLiteral(" MiB");
}

QString bytesText(std::int64_t bytes) {
  return QLocale(QLocale::English).formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

QString durationText(double seconds) {
  return QString::fromStdString(duration_text(seconds));
}

QString clockText(double seconds_since_1970) {
  const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(seconds_since_1970 * 1000));
  const bool today = time.date() == QDate::currentDate();
  return time.toString(today ? QStringLiteral("HH:mm:ss") : QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString statusText(const store::RunRecord& run) {
  using store::RunState;
  switch (run.state) {
    case RunState::Queued:
      return QStringLiteral("queued");
    case RunState::Starting:
      return QStringLiteral("starting");
    case RunState::Running:
      return run.heartbeat.step > 0 ? QStringLiteral("step %1").arg(countText(run.heartbeat.step))
                                    : QStringLiteral("loading");
    case RunState::Paused:
      return QStringLiteral("paused");
    case RunState::Stopping:
      return QStringLiteral("stopping");
    case RunState::Failed:
      return QStringLiteral("failed");
    case RunState::Lost:
      return QStringLiteral("lost");
    case RunState::Stopped:
    case RunState::Finished:
      break;
  }
  const FinalScore score = finalScore(run);
  if (score.isKnown()) {
    return scoreText(score.metric, score.value, run.task);
  }
  if (run.best) {
    return scoreText(run.best->metric, run.best->value, run.task);
  }
  return run.state == RunState::Stopped ? QStringLiteral("stopped") : QStringLiteral("done");
}

QString methodText(const store::RunRecord& run) {
  if (run.method == "ft") {
    return QStringLiteral("FT");
  }
  if (run.method == "lora") {
    try {
      return QStringLiteral("LoRA r%1").arg(study::RunSettings::from_json(run.settings).lora.rank);
    } catch (const std::exception&) {
      // Settings of another version: the badge is not the place to complain about them.
      return QStringLiteral("LoRA");
    }
  }
  return QString::fromStdString(run.method);
}

QString metricText(const std::string& metric) {
  if (metric == "f1") {
    return QStringLiteral("F1");
  }
  return QString::fromStdString(metric);
}

}  // namespace lorascope::ui
