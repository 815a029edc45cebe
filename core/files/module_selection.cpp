#include "core/files/module_selection.h"

#include <algorithm>
#include <regex>

#include "core/base/error.h"
#include "core/files/checked_json.h"

namespace lorascope::files {
namespace {

constexpr std::size_t kMaxPattern = 1000;
constexpr std::size_t kMaxPath = 1000;

bool ends_with_module(std::string_view path, std::string_view name) {
  if (path == name) return true;
  return path.size() > name.size() && path.substr(path.size() - name.size()) == name &&
         path[path.size() - name.size() - 1] == '.';
}

CheckpointError bad_pattern(const std::string& pattern, const std::string& found) {
  return CheckpointError("cannot use a module pattern",
                         Problem{quote(pattern), found, "a regular expression of at most 1000 characters",
                                 "name the modules in a list instead"});
}

/// The default executor backtracks: a pattern out of a file could keep it busy for years.
std::regex compile(const std::string& pattern) {
  return std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial);
}

const std::regex& compiled(const std::string& pattern) {
  thread_local std::string last_pattern;
  thread_local std::regex last = compile(last_pattern);
  if (last_pattern == pattern) return last;
  if (const auto problem = pattern_problem(pattern)) throw bad_pattern(pattern, *problem);
  last = compile(pattern);
  last_pattern = pattern;
  return last;
}

bool is_plain(const std::string& key) {
  return std::all_of(key.begin(), key.end(), [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '-' || letter == '.';
  });
}

}  // namespace

bool ModuleSelection::contains(std::string_view path) const {
  if (pattern) return is_all_linear() || matches_whole(*pattern, path);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return ends_with_module(path, name); });
}

std::optional<std::string> pattern_problem(const std::string& pattern) {
  if (pattern.size() > kMaxPattern) return std::to_string(pattern.size()) + " characters";
  try {
    compile(pattern);
    return std::nullopt;
  } catch (const std::regex_error& problem) {
    return problem.what();
  }
}

bool matches_whole(const std::string& pattern, std::string_view text) {
  if (text.size() > kMaxPath)
    throw bad_pattern(pattern, "a module path of " + std::to_string(text.size()) + " letters");
  return std::regex_match(text.begin(), text.end(), compiled(pattern));
}

bool matches_pattern_key(const std::string& key, std::string_view path) {
  if (!is_plain(key)) return matches_whole("(.*\\.)?(" + key + ")", path);
  if (path.size() < key.size()) return false;
  const std::size_t start = path.size() - key.size();
  if (start > 0 && path[start - 1] != '.') return false;
  // A dot in the key stands for any letter, as in the regular expression that it is.
  return std::equal(key.begin(), key.end(), path.begin() + static_cast<std::ptrdiff_t>(start),
                    [](char pattern, char letter) { return pattern == '.' || pattern == letter; });
}

}  // namespace lorascope::files
