#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/figures/plot_style.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// Which runs share a curve or a row. Setting: equal in everything but the seed. Value: of one task and method and
/// equal in one setting, whatever else differs.
class Grouping {
 public:
  enum Kind : int { None, Method, Setting, Value };

  Grouping(Kind kind = None) : kind_(kind) {}
  /// `pointer`: "/training/learning_rate" of the run's settings.
  static Grouping by(std::string pointer);

  operator Kind() const { return kind_; }
  /// Of Value; otherwise empty.
  const std::string& pointer() const { return pointer_; }

  friend bool operator==(const Grouping& a, const Grouping& b) = default;
  friend bool operator==(const Grouping& a, Kind b) { return a.kind_ == b; }

 private:
  Kind kind_;
  std::string pointer_;
};

/// Settings in which any of the runs differ, as pointers that Grouping::by takes; names and files are none.
std::vector<std::string> settings_that_differ(std::span<const store::RunRecord* const> runs);

/// "/training/learning_rate" as people say it: "learning rate".
std::string setting_label(std::string_view pointer);

struct RunGroup {
  std::string name;                  ///< unique among the groups: "LoRA r 8, lr 1e-3"
  std::vector<std::size_t> members;  ///< indices of the runs, in their order
  LineStyle style;                   ///< method, and variation among the groups of that method
};

/// The groups in order of their first run. The user's colour of a run counts where it stands alone or all members
/// agree.
std::vector<RunGroup> group_runs(std::span<const store::RunRecord* const> runs, const Grouping& grouping);

/// "full fine-tuning", "LoRA": a method as people say it.
std::string method_name(std::string_view method);

/// "seed 42" of a run's settings; the run's name where the settings cannot be read.
std::string seed_name(const store::RunRecord& run);

/// "LoRA r 8, seed 42": the group and the name of a run; the name alone where it stands in no group.
std::string full_name(const store::RunRecord& run);

}  // namespace lorascope::figures
