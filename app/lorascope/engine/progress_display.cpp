#include "app/lorascope/engine/progress_display.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace lorascope::app::engine {
namespace {

constexpr double kTerminalSeconds = 0.1;
constexpr double kPlainSeconds = 5.0;
constexpr int kBarWidth = 24;

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string bar(double share) {
  const int filled = std::clamp(static_cast<int>(share * kBarWidth), 0, kBarWidth);
  return '[' + std::string(static_cast<std::size_t>(filled), '=') +
         std::string(static_cast<std::size_t>(kBarWidth - filled), ' ') + ']';
}

}  // namespace

ProgressDisplay::ProgressDisplay(bool silent)
    : silent_(silent), is_terminal_(isatty(STDERR_FILENO) == 1), has_colour_(is_terminal_ && wants_colour()) {}

ProgressDisplay::~ProgressDisplay() { erase(); }

void ProgressDisplay::erase() {
  if (!is_drawn_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  is_drawn_ = false;
}

void ProgressDisplay::show(std::string_view phase, std::int64_t done, std::int64_t total, const std::string& details) {
  if (silent_) return;
  const bool is_new = !has_shown_ || phase != phase_;
  const bool is_due = since_last_.seconds() >= (is_terminal_ ? kTerminalSeconds : kPlainSeconds);
  if (!is_new && !is_due) return;
  has_shown_ = true;
  phase_ = phase;
  since_last_.restart();
  const std::string count = std::to_string(done) + "/" + std::to_string(total);
  if (!is_terminal_) {
    std::cerr << phase << ' ' << count << "  " << details << std::endl;
    return;
  }
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0.0;
  const std::string drawn = has_colour_ ? "\x1b[36m" + bar(share) + "\x1b[0m" : bar(share);
  std::cerr << "\r\x1b[K" << phase << ' ' << drawn << ' ' << count << "  " << details << std::flush;
  is_drawn_ = true;
}

void ProgressDisplay::line(const std::string& text) {
  if (silent_) return;
  erase();
  std::cerr << text << std::endl;
}

}  // namespace lorascope::app::engine
