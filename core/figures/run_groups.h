#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/figures/plot_style.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// Which runs share a curve or a row. Setting: equal in everything but the seed.
enum class Grouping { None, Method, Setting };

struct RunGroup {
  std::string name;                  ///< unique among the groups: "LoRA r 8, lr 1e-3"
  std::vector<std::size_t> members;  ///< indices of the runs, in their order
  LineStyle style;                   ///< method, and variation among the groups of that method
};

/// The groups in order of their first run. The user's colour of a run counts where it stands alone or all members
/// agree.
std::vector<RunGroup> group_runs(std::span<const store::RunRecord* const> runs, Grouping grouping);

/// "full fine-tuning", "LoRA": a method as people say it.
std::string method_name(std::string_view method);

/// "seed 42" of a run's settings; the run's name where the settings cannot be read.
std::string seed_name(const store::RunRecord& run);

}  // namespace lorascope::figures
