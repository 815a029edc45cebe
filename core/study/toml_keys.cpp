#include "core/study/toml_keys.h"

#include <algorithm>
#include <sstream>

#include "core/study/settings_fields.h"

namespace lorascope::study {
namespace {

constexpr std::size_t kLongestFound = 80;

void collect(const toml::table& table, const std::string& prefix, std::vector<TomlKey>& keys) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table(); inner != nullptr && !inner->empty()) {
      collect(*inner, path + ".", keys);
    } else {
      keys.push_back({path, to_json(node), line_of(node)});
    }
  }
}

std::string last_component(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

/// Compares whole keys first, then last components: `lr` at the top means `training.learning_rate`.
std::string nearest_key(const std::string& key, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const std::string& candidate : known) {
    const bool same_table = candidate.substr(0, candidate.rfind('.') + 1) == key.substr(0, key.rfind('.') + 1);
    if (same_table) names.push_back(last_component(candidate));
  }
  std::string nearest = nearest_name(last_component(key), names);
  if (!nearest.empty()) return key.substr(0, key.rfind('.') + 1) + nearest;
  names.clear();
  for (const std::string& candidate : known) names.push_back(last_component(candidate));
  nearest = nearest_name(last_component(key), names);
  if (nearest.empty()) return nearest_name(key, known);
  return known[static_cast<std::size_t>(std::find(names.begin(), names.end(), nearest) - names.begin())];
}

}  // namespace

std::vector<TomlKey> keys_of(const toml::table& table) {
  std::vector<TomlKey> keys;
  collect(table, "", keys);
  std::stable_sort(keys.begin(), keys.end(), [](const TomlKey& a, const TomlKey& b) { return a.line < b.line; });
  return keys;
}

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

Json to_json(const toml::node& node) {
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_boolean()) return value->get();
  if (const toml::array* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& element : *array) list.push_back(to_json(element));
    return list;
  }
  if (const toml::table* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, inner] : *table) object[std::string(key.str())] = to_json(inner);
    return object;
  }
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_date<decltype(value)> || toml::is_time<decltype(value)> ||
                  toml::is_date_time<decltype(value)>) {
      text << value.get();
    }
  });
  return "the date " + text.str();
}

std::string found_text(const Json& value) {
  if (value.is_object()) return "a table";
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongestFound) text = text.substr(0, kLongestFound) + "…";
  return text;
}

void IssueList::add(int line, std::string key, std::string found, std::string allowed, std::string hint) {
  // What holds for several runs of the study is one finding.
  const bool is_known = std::any_of(issues_.begin(), issues_.end(), [&](const StudyIssue& issue) {
    return issue.line == line && issue.key == key && issue.found == found;
  });
  if (is_known) return;
  issues_.push_back({line, std::move(key), std::move(found), std::move(allowed), std::move(hint)});
}

void IssueList::add_unknown(const std::string& prefix, const TomlKey& key, const std::vector<std::string>& known) {
  const std::string nearest = nearest_key(key.path, known);
  add(key.line, prefix + key.path, "an unknown key", "a key that the manual lists",
      nearest.empty() ? "remove it" : "did you mean `" + prefix + nearest + "`?");
}

std::vector<StudyIssue> IssueList::sorted() const {
  std::vector<StudyIssue> result = issues_;
  std::stable_sort(result.begin(), result.end(),
                   [](const StudyIssue& a, const StudyIssue& b) { return a.line < b.line; });
  return result;
}

}  // namespace lorascope::study
