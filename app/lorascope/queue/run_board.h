#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/run_record.h"

namespace lorascope::app::queue {

/// One run on one line: "  3  LoRA r 8 / seed 42  running  120/400  loss 0.412  1,830 tokens/s  2 min left".
std::string board_line(const store::RunRecord& run);

/// The runs of a study on stderr: on a terminal a block of lines that is drawn over itself, else a plain line for each
/// change of a state and every few seconds for each living run.
class RunBoard {
 public:
  enum class Style { Silent, Plain, Terminal };
  /// Terminal when stderr is one, else plain.
  static Style style_of_stderr();

  explicit RunBoard(Style style) : style_(style) {}

  void show(const std::vector<store::RunRecord>& runs);

 private:
  void show_plain(const std::vector<store::RunRecord>& runs);
  void show_block(const std::vector<store::RunRecord>& runs);

  Style style_;
  int num_drawn_ = 0;
  std::map<store::RunId, store::RunState> shown_states_;
  Stopwatch since_last_;
};

}  // namespace lorascope::app::queue
