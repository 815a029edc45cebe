#pragma once

#include <chrono>
#include <string>

namespace lorascope {

/// Seconds since 1970-01-01 UTC, with fractions.
double now_seconds();

/// "2026-11-24T08:31:07Z".
std::string utc_text(double seconds);

/// "850 ms", "12 s", "4 min 10 s", "2 h 05 min": for people.
std::string duration_text(double seconds);

/// Measures wall time from its construction or the last restart().
class Stopwatch {
 public:
  double seconds() const;
  void restart() { start_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace lorascope
