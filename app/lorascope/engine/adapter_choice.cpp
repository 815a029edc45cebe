#include "app/lorascope/engine/adapter_choice.h"

#include <map>

#include "core/base/error.h"
#include "core/data/row_names.h"

namespace lorascope::app::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNone = "none";

NamedAdapter named(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0 && !fs::exists(text))
    return {text.substr(0, equals), text.substr(equals + 1)};
  const fs::path folder = fs::path(text).lexically_normal();
  return {(folder.has_filename() ? folder : folder.parent_path()).filename().string(), text};
}

std::string all_names(const std::vector<NamedAdapter>& adapters) {
  std::string names;
  for (const NamedAdapter& adapter : adapters) names += adapter.name + ", ";
  return names + "or " + kNone;
}

}  // namespace

std::vector<NamedAdapter> named_adapters(const std::vector<std::string>& texts) {
  std::vector<NamedAdapter> adapters;
  std::map<std::string, std::string> seen;
  for (const std::string& text : texts) {
    adapters.push_back(named(text));
    if (adapters.back().name == kNone)
      throw UsageError("--adapter: found an adapter named none, which stands for no adapter",
                       "name it otherwise: --adapter NAME=DIR");
    const auto [other, is_new] = seen.emplace(adapters.back().name, text);
    if (!is_new)
      throw UsageError("--adapter: found " + other->second + " and " + text + " with one name, " + other->first,
                       "tell them apart: --adapter NAME=" + text);
  }
  return adapters;
}

std::vector<std::int64_t> chosen_adapters(const AdapterChoice& choice, const fs::path& data,
                                          const std::vector<NamedAdapter>& adapters, std::size_t examples) {
  if (!choice.column.empty() && !choice.file.empty())
    throw UsageError("--adapter-column and --adapter-of: found both, expected one of them");
  const bool is_column = !choice.column.empty();
  const fs::path& file = is_column ? data : choice.file;
  std::vector<data::RowName> names =
      is_column ? data::read_row_names(file, choice.column) : data::read_name_lines(file);
  if (names.size() != examples)
    throw DataError("cannot tell each example's adapter",
                    Problem{file.string(), std::to_string(names.size()) + " names",
                            std::to_string(examples) + ", one for each example of " + data.string(),
                            "\"none\" stands for the model without an adapter"});
  std::map<std::string, std::int64_t> numbers{{kNone, -1}, {"", -1}};
  for (std::size_t n = 0; n < adapters.size(); ++n) numbers[adapters[n].name] = static_cast<std::int64_t>(n);
  std::vector<std::int64_t> chosen;
  std::map<std::string, std::pair<std::string, std::size_t>> unknown;  // name -> first place, count
  for (const data::RowName& row : names) {
    const auto found = numbers.find(row.name);
    chosen.push_back(found != numbers.end() ? found->second : -1);
    if (found == numbers.end()) ++unknown.try_emplace(row.name, row.place, 0).first->second.second;
  }
  std::vector<Problem> problems;
  for (const auto& [name, where] : unknown)
    problems.push_back({file.string() + ", " + where.first, "\"" + name + "\" (" + std::to_string(where.second) + " times)",
                        all_names(adapters), ""});
  if (!problems.empty()) throw DataError("examples name adapters that were not given", problems);
  return chosen;
}

}  // namespace lorascope::app::engine
