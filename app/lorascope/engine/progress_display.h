#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace lorascope::app::engine {

/// Where a run stands, on stderr: a bar that is drawn over itself on a terminal, a plain line every few seconds
/// otherwise. NO_COLOR and TERM=dumb switch colours off.
class ProgressDisplay {
 public:
  /// silent: nothing is ever written.
  explicit ProgressDisplay(bool silent);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// Shows done of total with `details` behind ("loss 0.412  1,830 tokens/s  2 min left").
  void show(std::string_view phase, std::int64_t done, std::int64_t total, const std::string& details);
  /// A line of its own that stays.
  void line(const std::string& text);

 private:
  void erase();

  bool silent_;
  bool is_terminal_;
  bool has_colour_;
  bool is_drawn_ = false;
  std::string phase_;
  Stopwatch since_last_;
  bool has_shown_ = false;
};

}  // namespace lorascope::app::engine
