#include "core/figures/run_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/json.h"
#include "core/figures/number_text.h"

namespace lorascope::figures {
namespace {

Json settings_of(const store::RunRecord& run) {
  Json settings = Json::parse(run.settings, nullptr, false);
  return settings.is_object() ? settings : Json::object();
}

// What the runs of one setting have in common: all values but the seed and those that only name things.
Json setting_of(const store::RunRecord& run) {
  Json settings = settings_of(run);
  for (const char* key : {"name", "group", "export_folder"}) settings.erase(key);
  if (const auto training = settings.find("training"); training != settings.end() && training->is_object()) {
    training->erase("seed");
  }
  return settings;
}

std::string value_text(const Json& value) {
  if (value.is_number_float()) return short_number(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// "1e-3", as learning rates are written.
std::string rate_text(double rate) {
  if (!(rate > 0) || rate >= 0.01) return short_number(rate);
  const int exponent = static_cast<int>(std::floor(std::log10(rate) + 1e-12));
  return short_number(rate / std::pow(10, exponent)) + "e" + std::to_string(exponent);
}

// The value of one setting as people write it; "none" where a run has no such setting.
std::string value_of(const store::RunRecord& run, const std::string& pointer) {
  const Json settings = settings_of(run).flatten();
  const auto value = settings.find(pointer);
  if (value == settings.end()) return "none";
  return pointer.ends_with("rate") && value->is_number() ? rate_text(value->get<double>()) : value_text(*value);
}

std::string key_of(const store::RunRecord& run, const Grouping& grouping) {
  switch (grouping) {
    case Grouping::None:
      return std::to_string(run.id);
    case Grouping::Method:
      return run.method;
    case Grouping::Setting:
      return run.task + '\n' + run.method + '\n' + setting_of(run).dump();
    case Grouping::Value:
      return run.task + '\n' + run.method + '\n' + value_of(run, grouping.pointer());
  }
  return {};
}

// "LoRA r 8, lr 1e-3" from the settings alone.
std::string generated_name(const store::RunRecord& run) {
  const Json settings = settings_of(run);
  std::string name = method_name(run.method);
  const Json rank = settings.value("/lora/rank"_json_pointer, Json());
  if (rank.is_number()) name += " r " + rank.dump();
  const Json rate = settings.value("/training/learning_rate"_json_pointer, Json());
  if (rate.is_number()) name += ", lr " + rate_text(rate.get<double>());
  return name;
}

// Groups of the same name are told apart by the first two settings that differ among them, then by number.
void tell_apart(std::vector<RunGroup*>& groups, std::span<const store::RunRecord* const> runs) {
  std::vector<Json> settings;
  for (const RunGroup* group : groups) settings.push_back(setting_of(*runs[group->members.front()]).flatten());
  std::vector<std::string> keys;
  for (const auto& [key, value] : settings.front().items()) {
    const bool differs = std::any_of(settings.begin(), settings.end(), [&key = key, &value = value](const Json& other) {
      return !other.contains(key) || other[key] != value;
    });
    if (differs && keys.size() < 2) keys.push_back(key);
  }
  std::set<std::string> taken;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string name = groups[i]->name;
    for (const std::string& key : keys) {
      name += ", " + setting_label(key) + " " + (settings[i].contains(key) ? value_text(settings[i][key]) : "none");
    }
    std::string unique = name;
    for (int number = 2; !taken.insert(unique).second; ++number) unique = name + " (" + std::to_string(number) + ")";
    groups[i]->name = unique;
  }
}

void make_names_unique(std::vector<RunGroup>& groups, std::span<const store::RunRecord* const> runs) {
  std::map<std::string, std::vector<RunGroup*>> by_name;
  for (RunGroup& group : groups) by_name[group.name].push_back(&group);
  for (auto& [name, same] : by_name) {
    if (same.size() > 1) tell_apart(same, runs);
  }
}

void set_names(std::vector<RunGroup>& groups, std::span<const store::RunRecord* const> runs,
               const Grouping& grouping) {
  std::map<std::string, int> runs_of_group;
  for (const store::RunRecord* run : runs) ++runs_of_group[run->group];
  const bool one_group = runs_of_group.size() == 1;
  for (RunGroup& group : groups) {
    const store::RunRecord& first = *runs[group.members.front()];
    const std::string setting = first.group.empty() ? generated_name(first) : first.group;
    if (grouping == Grouping::Method) {
      group.name = method_name(first.method);
    } else if (grouping == Grouping::Value) {
      group.name = method_name(first.method) + ", " + setting_label(grouping.pointer()) + " " +
                   value_of(first, grouping.pointer());
    } else if (grouping == Grouping::Setting) {
      group.name = setting;
    } else {
      const std::string own = first.name.empty() ? seed_name(first) : first.name;
      if (first.group.empty() || one_group) {
        group.name = own;
      } else {
        group.name = runs_of_group[first.group] == 1 || own == first.group ? first.group : first.group + ", " + own;
      }
    }
  }
  make_names_unique(groups, runs);
}

void set_styles(std::vector<RunGroup>& groups, std::span<const store::RunRecord* const> runs) {
  std::map<std::string, int> count;
  for (RunGroup& group : groups) {
    const store::RunRecord& first = *runs[group.members.front()];
    group.style.method = first.method;
    group.style.variation = count[first.method]++;
    const bool agreed = std::all_of(group.members.begin(), group.members.end(),
                                    [&](std::size_t member) { return runs[member]->colour == first.colour; });
    if (agreed) group.style.colour = rgb_from_text(first.colour);
  }
  for (RunGroup& group : groups) group.style.num_variations = count[group.style.method];
}

}  // namespace

Grouping Grouping::by(std::string pointer) {
  Grouping grouping(Value);
  grouping.pointer_ = std::move(pointer);
  return grouping;
}

std::vector<std::string> settings_that_differ(std::span<const store::RunRecord* const> runs) {
  constexpr const char* kNames[] = {"/name", "/group", "/export_folder", "/data/", "/train_file", "/eval_file", "/test_file"};
  std::vector<Json> settings;
  for (const store::RunRecord* run : runs) settings.push_back(settings_of(*run).flatten());
  std::map<std::string, std::set<std::string>> values;
  for (const Json& one : settings) {
    for (const auto& [key, value] : one.items()) values[key];
  }
  std::vector<std::string> differing;
  for (auto& [key, texts] : values) {
    const bool is_name = std::any_of(std::begin(kNames), std::end(kNames),
                                     [&key = key](const char* name) { return key.starts_with(name); });
    if (is_name) continue;
    for (const Json& one : settings) texts.insert(one.contains(key) ? one[key].dump() : "none");
    if (texts.size() > 1) differing.push_back(key);
  }
  return differing;
}

std::string setting_label(std::string_view pointer) {
  std::string word(pointer.substr(pointer.rfind('/') + 1));
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

std::string method_name(std::string_view method) {
  if (method == "ft") return "FT";
  if (method == "lora") return "LoRA";
  if (method == "xlora") return "X-LoRA";
  return std::string(method);
}

std::string seed_name(const store::RunRecord& run) {
  const Json seed = settings_of(run).value("/training/seed"_json_pointer, Json());
  return seed.is_number() ? "seed " + seed.dump() : run.name;
}

std::string full_name(const store::RunRecord& run) {
  return run.group.empty() ? run.name : run.group + ", " + run.name;
}

std::vector<RunGroup> group_runs(std::span<const store::RunRecord* const> runs, const Grouping& grouping) {
  std::vector<RunGroup> groups;
  std::map<std::string, std::size_t> index_of;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto [entry, is_new] = index_of.emplace(key_of(*runs[i], grouping), groups.size());
    if (is_new) groups.emplace_back();
    groups[entry->second].members.push_back(i);
  }
  set_names(groups, runs, grouping);
  set_styles(groups, runs);
  return groups;
}

}  // namespace lorascope::figures
