#pragma once

#include <QString>
#include <cstdint>

#include "core/store/run_record.h"

namespace lorascope::ui {

/// "1,420".
QString countText(std::int64_t value);
/// "22.6 M", "78,733": whole below a million.
QString parametersText(std::int64_t value);
/// A score as people read it: shares of 1 (F1, accuracy) in per cent, "43.6"; others with 4 digits; "–" for NaN.
QString scoreText(const std::string& metric, double value, const std::string& task);
/// "1.1 GiB", "612 MiB".
QString memoryText(double mebibytes);
/// "14.2 MB", "812 kB": bytes of files.
QString bytesText(std::int64_t bytes);
/// "4 min 10 s".
QString durationText(double seconds);
/// "12:04:51" in local time; with the date when it was not today.
QString clockText(double seconds_since_1970);
/// Short in a list: "step 1,420" while it trains, "queued", the final score when done, "lost".
QString statusText(const store::RunRecord& run);
/// "FT", "LoRA r8": the method as a badge.
QString methodText(const store::RunRecord& run);
/// The name people know a metric by: "F1" for "f1", "entity F1" for the tagging task's.
QString metricText(const std::string& metric);

}  // namespace lorascope::ui
