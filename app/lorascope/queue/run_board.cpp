#include "app/lorascope/queue/run_board.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace lorascope::app::queue {
namespace {

using store::RunRecord;
using store::RunState;

constexpr double kPlainSeconds = 5;
constexpr std::size_t kNameWidth = 34;

/// UTF-8 code points, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t own = width_of(text);
  return own < width ? text + std::string(width - own, ' ') : text;
}

/// 1234567 -> "1,234,567".
std::string grouped(double value) {
  std::string digits = std::to_string(static_cast<long long>(value));
  for (std::size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

std::string short_number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return buffer;
}

std::string progress_text(const RunRecord& run) {
  const store::Heartbeat& beat = run.heartbeat;
  std::string text;
  if (beat.total_steps > 0) text += std::to_string(beat.step) + '/' + std::to_string(beat.total_steps);
  if (beat.step > 0) text += "  loss " + short_number(beat.loss);
  if (beat.tokens_per_second > 0) text += "  " + grouped(beat.tokens_per_second) + " tokens/s";
  if (run.best) text += "  best " + run.best->metric + ' ' + short_number(run.best->value);
  if (beat.seconds_left >= 0 && run.state == RunState::Running)
    text += "  " + duration_text(beat.seconds_left) + " left";
  if (!beat.phase.empty() && beat.phase != "training") text += "  " + beat.phase;
  return text;
}

/// The task's main score of every split.
std::string result_text(const RunRecord& run) {
  std::string text;
  for (const auto& [split, scores] : run.result.scores) {
    const std::string name = run.task == "swag" ? "accuracy" : run.task == "several" ? "mean" : "f1";
    const auto score = scores.find(name);
    if (score != scores.end()) text += "  " + split + " " + name + " " + short_number(score->second);
  }
  if (run.result.seconds > 0) text += "  in " + duration_text(run.result.seconds);
  return text.empty() ? text : text.substr(2);
}

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr && std::string(terminal) != "dumb";
}

const char* colour_of(RunState state) {
  if (!wants_colour()) return "";
  if (state == RunState::Failed || state == RunState::Lost) return "\x1b[31m";
  if (state == RunState::Finished) return "\x1b[32m";
  return store::is_alive(state) ? "\x1b[36m" : "";
}

/// Cut to the terminal's width, or a line would wrap and the block could not be drawn over itself.
std::string cut(const std::string& line, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xc0) != 0x80 && ++seen > width) return line.substr(0, i);
  }
  return line;
}

}  // namespace

std::string board_line(const RunRecord& run) {
  const std::string id = std::to_string(run.id);
  const std::string name = run.group.empty() ? run.name : run.group + " / " + run.name;
  std::string line = std::string(id.size() < 4 ? 4 - id.size() : 0, ' ') + id + "  " + padded(name, kNameWidth) + "  " +
                     padded(std::string(text(run.state)), 8) + "  ";
  if (run.state == RunState::Finished) return line + result_text(run);
  if (!store::is_alive(run.state) && !run.reason.empty()) return line + run.reason;
  return line + progress_text(run);
}

RunBoard::Style RunBoard::style_of_stderr() {
  return ::isatty(STDERR_FILENO) == 1 ? Style::Terminal : Style::Plain;
}

void RunBoard::show(const std::vector<RunRecord>& runs) {
  if (style_ == Style::Plain) show_plain(runs);
  if (style_ == Style::Terminal) show_block(runs);
}

void RunBoard::show_plain(const std::vector<RunRecord>& runs) {
  const bool is_due = since_last_.seconds() >= kPlainSeconds;
  if (is_due) since_last_.restart();
  for (const RunRecord& run : runs) {
    const auto [place, is_new] = shown_states_.emplace(run.id, run.state);
    const bool changed = is_new ? run.state != RunState::Queued : place->second != run.state;
    if (changed || (is_due && store::is_alive(run.state))) std::cerr << board_line(run) << std::endl;
    place->second = run.state;
  }
}

void RunBoard::show_block(const std::vector<RunRecord>& runs) {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 2;
  const std::size_t width = known ? size.ws_col : 120;
  const std::size_t most_lines = known ? size.ws_row - 2u : 20u;
  // Living runs first where not all fit; those that wait are only counted.
  std::vector<const RunRecord*> shown;
  std::size_t num_waiting = 0;
  for (const RunRecord& run : runs) {
    if (run.state == RunState::Queued) {
      ++num_waiting;
    } else {
      shown.push_back(&run);
    }
  }
  while (shown.size() > most_lines) {
    const auto ended =
        std::find_if(shown.begin(), shown.end(), [](const auto* run) { return !store::is_alive(run->state); });
    shown.erase(ended == shown.end() ? shown.begin() : ended);
  }
  std::string block = num_drawn_ > 0 ? "\x1b[" + std::to_string(num_drawn_) + "A\x1b[J" : "";
  for (const RunRecord* run : shown) {
    const std::string colour = colour_of(run->state);
    block += colour + cut(board_line(*run), width) + (colour.empty() ? "" : "\x1b[0m") + '\n';
  }
  if (num_waiting > 0) block += cut("      " + std::to_string(num_waiting) + " waiting", width) + '\n';
  num_drawn_ = static_cast<int>(shown.size()) + (num_waiting > 0 ? 1 : 0);
  std::cerr << block << std::flush;
}

}  // namespace lorascope::app::queue
