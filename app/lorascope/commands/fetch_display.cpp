#include "app/lorascope/commands/fetch_display.h"

#include <unistd.h>

#include <cstdio>

namespace lorascope::app {

FetchDisplay::FetchDisplay() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

FetchDisplay::~FetchDisplay() {
  if (is_line_open_) std::fputs("\n", stderr);
}

void FetchDisplay::show(const std::string& file, std::uint64_t done, std::uint64_t total) {
  if (file != file_) {
    if (is_line_open_) std::fputs("\n", stderr);
    is_line_open_ = false;
    file_ = file;
    first_done_ = done;
    since_first_.restart();
    has_shown_ = false;
  }
  const bool is_end = total > 0 && done == total;
  if (since_last_.seconds() < (is_terminal_ ? 0.2 : 5.0) && !is_end && has_shown_) return;
  has_shown_ = true;
  since_last_.restart();
  constexpr double kMegabyte = 1e6;
  const double rate = static_cast<double>(done - first_done_) / kMegabyte / (since_first_.seconds() + 1e-9);
  std::string line = file + ": " + std::to_string(done / 100000 / 10) + "." + std::to_string(done / 100000 % 10);
  if (total > 0) line += " of " + std::to_string(total / 100000 / 10) + "." + std::to_string(total / 100000 % 10);
  line += " MB";
  if (done > first_done_ && !is_end && since_first_.seconds() > 0.5) {
    char text[48];
    std::snprintf(text, sizeof text, ", %.1f MB/s", rate);
    line += text;
    if (total > 0) line += ", " + duration_text(static_cast<double>(total - done) / kMegabyte / rate) + " left";
  }
  is_line_open_ = is_terminal_ && !is_end;
  std::fprintf(stderr, "%s%s%s", is_terminal_ ? "\r" : "", line.c_str(), is_terminal_ && !is_end ? "\033[K" : "\n");
}

}  // namespace lorascope::app
