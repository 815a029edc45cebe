#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.h"

namespace lorascope::app {

/// What has arrived, with rate and time left, on stderr: one line that is written over on a terminal, else a line every
/// five seconds.
class FetchDisplay {
 public:
  FetchDisplay();
  FetchDisplay(const FetchDisplay&) = delete;
  FetchDisplay& operator=(const FetchDisplay&) = delete;
  ~FetchDisplay();

  /// file, bytes that are here, bytes in all (0: not known).
  void show(const std::string& file, std::uint64_t done, std::uint64_t total);

 private:
  bool is_terminal_;
  bool has_shown_ = false;
  bool is_line_open_ = false;  ///< the terminal's line has no end yet
  std::string file_;
  std::uint64_t first_done_ = 0;
  Stopwatch since_last_, since_first_;
};

}  // namespace lorascope::app
