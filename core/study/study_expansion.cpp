#include <algorithm>

#include "core/study/settings_fields.h"
#include "core/study/study_reader.h"

// From methods, grid and seeds to runs with names.

namespace lorascope::study {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostRuns = 10000;

std::string auto_method_name(const RunSettings& settings) {
  return settings.method == Method::Lora ? "LoRA r " + std::to_string(settings.lora.rank) : "FT";
}

}  // namespace

void StudyReader::expand() {
  std::map<std::string, int> groups;
  if (seeds_.empty()) seeds_.push_back(base_.training.seed);
  for (const MethodEntry& entry : methods_) expand_method(entry, groups);
  if (study_.runs.size() > kMostRuns) {
    issues_.add(line_of_key("grid"), "grid", std::to_string(study_.runs.size()) + " runs or more",
                "at most " + std::to_string(kMostRuns) + " runs", "make the lists shorter");
  }
}

void StudyReader::expand_method(const MethodEntry& entry, std::map<std::string, int>& groups) {
  MethodEntry method = entry;
  std::erase_if(method.grid, [](const GridAxis& axis) { return axis.values.empty(); });
  for (const GridAxis& axis : grid_) {
    const bool is_own =
        std::any_of(method.grid.begin(), method.grid.end(), [&](const GridAxis& own) { return own.key == axis.key; });
    const bool applies = method.settings.method == Method::Lora || axis.key.rfind("lora.", 0) != 0;
    if (!is_own && applies) method.grid.push_back(axis);
  }
  std::vector<std::size_t> cell(method.grid.size(), 0);
  for (bool more = true; more && study_.runs.size() <= kMostRuns;) {
    RunSettings settings = method.settings;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      const GridAxis& axis = method.grid[i];
      apply(settings, {axis.key, axis.values[cell[i]], axis.line}, method.prefix + "grid.");
    }
    settings.group = group_name(method, settings, cell);
    const auto [place, is_new] = groups.emplace(settings.group, method.line);
    if (!is_new) {
      issues_.add(method.line, method.prefix + "name", '"' + settings.group + "\" twice", "different names",
                  "give each method a `name`");
    }
    for (const std::uint64_t seed : seeds_) {
      settings.training.seed = seed;
      settings.name = "seed " + std::to_string(seed);
      study_.runs.push_back(settings);
    }
    more = false;
    for (std::size_t i = cell.size(); i-- > 0 && !more;) {
      more = ++cell[i] < method.grid[i].values.size();
      if (!more) cell[i] = 0;
    }
  }
}

std::string StudyReader::group_name(const MethodEntry& entry, const RunSettings& settings,
                                    const std::vector<std::size_t>& cell) const {
  std::string name = entry.name.empty() ? auto_method_name(settings) : entry.name;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const GridAxis& axis = entry.grid[i];
    if (entry.name.empty() && axis.key == "lora.rank") continue;
    const std::string value =
        axis.key == "model" ? fs::path(settings.model).filename().string() : value_text(axis.values[cell[i]]);
    name += ", " + find_field(axis.key)->label + " " + value;
  }
  return name;
}

}  // namespace lorascope::study
