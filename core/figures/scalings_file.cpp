#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/figures/scalings.h"

namespace lorascope::figures {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

float from_half(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  const double sign = (half & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(sign) * INFINITY;
  const double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return static_cast<float>(sign * value);
}

/// The parts of one file, checked as they are taken.
class ScalingsFile {
 public:
  explicit ScalingsFile(const std::filesystem::path& file) : file_(file), bytes_(read_file(file, kMostBytes)) {
    std::uint64_t length = 0;
    if (bytes_.size() < 8) refuse("file", "too few bytes", "a Safetensors file");
    std::memcpy(&length, bytes_.data(), 8);
    if (length > bytes_.size() - 8) refuse("header", "a length beyond the file", "a Safetensors file");
    header_ = Json::parse(bytes_.begin() + 8, bytes_.begin() + 8 + static_cast<std::ptrdiff_t>(length), nullptr, false);
    if (!header_.is_object()) refuse("header", "no JSON object", "a Safetensors file");
    data_ = 8 + length;
  }

  std::vector<std::string> texts(const char* name) const {
    try {
      return Json::parse(metadata(name)).get<std::vector<std::string>>();
    } catch (const Json::exception&) {
      refuse(name, "no list of texts", "a list of texts in the metadata");
    }
  }

  std::string metadata(const char* name) const {
    const Json& all = header_.contains("__metadata__") ? header_.at("__metadata__") : Json::object();
    return all.is_object() && all.contains(name) && all.at(name).is_string() ? all.at(name).get<std::string>() : "";
  }

  /// Of a tensor with one axis; 0 where there is no such tensor.
  std::size_t length(const char* name) const {
    const auto entry = header_.find(name);
    if (entry == header_.end() || !entry->is_object() || !entry->contains("shape")) return 0;
    const Json& shape = entry->at("shape");
    return shape.size() == 1 && shape[0].is_number_unsigned() ? shape[0].get<std::size_t>() : 0;
  }

  /// Throws where the tensor has another type or number of values.
  template <class Value>
  std::vector<Value> values(const char* name, const char* dtype, std::size_t count) const {
    const auto found = header_.find(name);
    std::vector<Value> result;
    try {
      const Json& entry = found != header_.end() ? *found : throw std::out_of_range(name);
      const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>();
      const auto end = entry.at("data_offsets").at(1).get<std::uint64_t>();
      if (entry.at("dtype") != dtype || end < begin || end > bytes_.size() - data_ || end - begin != count * sizeof(Value))
        throw std::out_of_range(name);
      result.resize(count);
      if (count > 0) std::memcpy(result.data(), bytes_.data() + data_ + begin, end - begin);
    } catch (const std::exception&) {
      refuse(name, "no such tensor", std::string(dtype) + ", " + std::to_string(count) + " values");
    }
    return result;
  }

  [[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& expected) const {
    throw DataError("cannot read the scalings in " + file_.string(), Problem{where, found, expected, ""});
  }

 private:
  std::filesystem::path file_;
  std::string bytes_;
  Json header_;
  std::size_t data_ = 0;
};

bool varies_by_module(const Scalings& scalings) {
  const std::size_t modules = scalings.modules.size(), adapters = scalings.adapters.size();
  const std::vector<float>& values = scalings.predicted;
  for (std::size_t t = 0; t < scalings.tokens.size(); ++t) {
    const float* token = values.data() + t * modules * adapters;
    for (std::size_t l = 1; l < modules; ++l)
      if (!std::equal(token, token + adapters, token + l * adapters)) return true;
  }
  return modules <= 1;
}

}  // namespace

Scalings read_scalings(const std::filesystem::path& path) {
  const ScalingsFile file(path);
  Scalings scalings;
  scalings.tokens = file.texts("tokens");
  scalings.modules = file.texts("modules");
  scalings.adapters = file.texts("adapters");
  if (!file.metadata("tasks").empty()) scalings.row_tasks = file.texts("tasks");
  scalings.step = std::atoll(file.metadata("step").c_str());
  const std::size_t count = scalings.tokens.size() * scalings.modules.size() * scalings.adapters.size();
  for (const auto& [name, values] : {std::pair("scalings", &scalings.predicted), std::pair("applied", &scalings.applied)})
    for (const std::uint16_t half : file.values<std::uint16_t>(name, "F16", count)) values->push_back(from_half(half));
  const auto bounds = file.values<std::int32_t>("boundaries", "I32", file.length("boundaries"));
  if (bounds.empty() || bounds.front() != 0 || bounds.back() != static_cast<std::int32_t>(scalings.tokens.size()) ||
      !std::is_sorted(bounds.begin(), bounds.end()))
    file.refuse("boundaries", "rows that are not the tokens'", "ascending numbers from 0 to the number of tokens");
  scalings.boundaries.assign(bounds.begin(), bounds.end());
  scalings.is_layerwise = varies_by_module(scalings);
  return scalings;
}

}  // namespace lorascope::figures
