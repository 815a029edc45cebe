#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/tasks/task_model.h"

namespace lorascope::text {
class Tokenizer;
}

namespace lorascope::app::engine {

/// Looks at the scalings of a fixed set of rows at evaluation points. Each look is a Safetensors file: `scalings` and
/// `applied` F16 [T,L,N], `boundaries` I32 [B+1]; its metadata are JSON texts: `tokens` [T], `modules` [L], `adapters`
/// [N], `step`. Padding is not among the tokens.
class GateProbe {
 public:
  /// Rows that are looked at.
  static constexpr std::size_t kRows = 64;

  /// `rows` are the first ones of a split; all must outlive the probe.
  GateProbe(tasks::TaskModel& model, const std::vector<data::Feature>& rows, const text::Tokenizer& tokenizer,
            std::filesystem::path folder);

  struct Look {
    std::map<std::string, double> series;  ///< "gate/entropy", "gate/share/NAME", "gate/first/NAME"
    std::filesystem::path file;
    std::string warning;  ///< a gate that has collapsed; empty without
  };
  Look look(std::int64_t step);

 private:
  tasks::TaskModel& model_;
  tasks::Batch batch_;
  std::filesystem::path folder_;
  std::vector<std::string> tokens_, modules_, adapters_;
};

}  // namespace lorascope::app::engine
