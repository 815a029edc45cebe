#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/tasks/task_model.h"

namespace lorascope::files {
struct XloraFolder;
}
namespace lorascope::text {
class Tokenizer;
}

namespace lorascope::app::engine {

/// Looks at the scalings of a fixed set of rows at evaluation points. Each look is a Safetensors file: `scalings` and
/// `applied` F16 [T,L,N] (what the gate says, and what is used of it), `boundaries` I32 [B+1] (row b holds tokens
/// boundaries[b] up to boundaries[b+1]), `labels` I32 [T]: of tagging the token's label id, of spans 1 inside the answer
/// and 0 outside, of choices 1 in the right ending and 0 in others; -100 where nothing is known. Its metadata are JSON
/// texts: `tokens` [T], `modules` [L], `adapters` [N], `step`, and for several tasks `tasks` [B], that of each row.
/// Padding is not among the tokens.
class GateProbe {
 public:
  /// Rows that are looked at.
  static constexpr std::size_t kRows = 64;

  /// One of the tasks that the gate serves; all of it must outlive the probe.
  struct Task {
    std::string name;  ///< of several; empty for the only one
    tasks::TaskModel& model;
    const std::vector<data::Feature>& rows;  ///< of which the first are looked at
  };

  /// `adapters` are the names of the gate's outputs.
  GateProbe(const std::vector<Task>& tasks, std::vector<std::string> adapters, const text::Tokenizer& tokenizer,
            std::filesystem::path folder);

  struct Look {
    /// "gate/entropy", "gate/share/NAME", "gate/first/NAME", and with several tasks "gate/TASK/entropy" and so on.
    std::map<std::string, double> series;
    std::filesystem::path file;
    std::string warning;  ///< a gate that has collapsed; empty without
  };
  Look look(std::int64_t step);

 private:
  struct Probed {
    std::string name;
    tasks::TaskModel& model;
    tasks::Batch batch;
  };
  /// Series of scalings [T,L,N] under "gate/" or "gate/TASK/", and the adapter that comes first nearly everywhere.
  std::string add_series(const at::Tensor& applied, const std::string& prefix, std::map<std::string, double>& series);

  std::vector<Probed> tasks_;
  std::filesystem::path folder_;
  std::vector<std::string> tokens_, modules_, adapters_, row_tasks_;
  std::vector<std::int64_t> boundaries_ = {0};
  std::vector<std::int32_t> labels_;
};

/// Names of an X-LoRA's outputs: the adapter folder's where the file only knows a number.
std::vector<std::string> adapter_names(const files::XloraFolder& mixture);

}  // namespace lorascope::app::engine
