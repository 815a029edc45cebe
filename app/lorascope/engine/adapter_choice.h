#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lorascope::app::engine {

/// An adapter folder and what data call it.
struct NamedAdapter {
  std::string name;
  std::filesystem::path folder;
};

/// "NAME=DIR", or a folder alone, whose last part is then the name; a folder that exists is never split. Throws
/// UsageError where two have one name.
std::vector<NamedAdapter> named_adapters(const std::vector<std::string>& texts);

/// Where the name of each example's own adapter stands: in a column or key of the data file, or line by line in another.
struct AdapterChoice {
  std::string column;
  std::filesystem::path file;

  bool is_given() const { return !column.empty() || !file.empty(); }
};

/// [examples] the number of each example's adapter, -1 for "none" or nothing. Throws UsageError (both places given),
/// DataError with every name that no adapter has, and where there are more or fewer names than examples.
std::vector<std::int64_t> chosen_adapters(const AdapterChoice& choice, const std::filesystem::path& data,
                                          const std::vector<NamedAdapter>& adapters, std::size_t examples);

}  // namespace lorascope::app::engine
