#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::files {

/// Modules by name: a list of names, or one regular expression; neither where the file says null.
struct ModuleSelection {
  std::vector<std::string> names;  ///< a module is meant if its path is the name or ends with "." + name
  std::optional<std::string>
      pattern;  ///< must match the whole path; "all-linear" means every linear layer but the head

  bool is_empty() const { return names.empty() && !pattern; }
  bool is_all_linear() const { return pattern == "all-linear"; }
  /// Whether the module at `path` is meant, as PEFT decides it; "all-linear" takes every path.
  bool contains(std::string_view path) const;
};

/// What is wrong with a regular expression, or nothing: no such expression, too long, back references.
std::optional<std::string> pattern_problem(const std::string& pattern);

/// Whether `pattern`, a regular expression, matches all of `text`. Time is polynomial in both, whatever the pattern.
/// Throws CheckpointError where pattern_problem has something to say.
bool matches_whole(const std::string& pattern, std::string_view text);

/// Whether a key of rank_pattern or alpha_pattern means the module at `path`: "(.*\.)?KEY" matches all of it.
bool matches_pattern_key(const std::string& key, std::string_view path);

}  // namespace lorascope::files
