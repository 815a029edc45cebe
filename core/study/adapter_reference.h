#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::study {

struct RunSettings;

/// One of the adapters that a run mixes: "FOLDER", "run:12" for what run 12 of the same workspace trained, either with
/// "NAME=" before it: the name of the gate's output, and of the task that the adapter was trained for.
struct AdapterReference {
  std::string name;    ///< empty: that of the folder
  std::string folder;  ///< empty for a run's
  std::optional<std::int64_t> run;

  /// Never fails: what is no run is a folder.
  static AdapterReference parse(std::string_view text);
  std::string text() const;
};

/// The runs whose adapters these settings mix, in order: they must have finished before this one may start.
std::vector<std::int64_t> parent_runs(const RunSettings& settings);

}  // namespace lorascope::study
