#include "tests/ui/inspect/scalings.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/files.h"
#include "core/base/json.h"

namespace lorascope::test {
namespace {

/// Of numbers between 0.001 and 1.
std::uint16_t to_half(float value) {
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return static_cast<std::uint16_t>(((exponent + 14) << 10) + static_cast<int>(std::lround((fraction * 2 - 1) * 1024)));
}

}  // namespace

figures::Scalings made_up_scalings(std::size_t rows, std::size_t tokens, std::size_t blocks, std::size_t adapters) {
  figures::Scalings scalings;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t t = 0; t < tokens; ++t)
      scalings.tokens.push_back(t == 0 ? "[CLS]" : t + 1 == tokens ? "[SEP]" : "word" + std::to_string(row) + "x" + std::to_string(t));
    scalings.boundaries.push_back(static_cast<std::int64_t>(scalings.tokens.size()));
  }
  for (std::size_t block = 0; block < blocks; ++block)
    for (const char* kind : {"query", "value"})
      scalings.modules.push_back("bert.encoder.layer." + std::to_string(block) + ".attention.self." + kind);
  for (std::size_t n = 0; n < adapters; ++n) scalings.adapters.push_back("adapter " + std::to_string(n));
  for (std::size_t t = 0; t < scalings.tokens.size(); ++t)
    for (std::size_t l = 0; l < scalings.modules.size(); ++l) {
      std::vector<double> weights;
      for (std::size_t n = 0; n < adapters; ++n)
        weights.push_back(1.2 + std::sin(static_cast<double>(t) + 0.7 * static_cast<double>(l) + 2.1 * static_cast<double>(n)));
      double sum = 0;
      for (const double weight : weights) sum += weight;
      const double least = *std::min_element(weights.begin(), weights.end());
      for (const double weight : weights) {
        scalings.predicted.push_back(static_cast<float>(weight / sum));
        scalings.applied.push_back(weight == least ? 0.0F : static_cast<float>(weight / sum));
      }
    }
  return scalings;
}

void write_scalings(const std::filesystem::path& file, const figures::Scalings& scalings) {
  Json header;
  std::string data;
  const std::vector<std::size_t> shape = {scalings.tokens.size(), scalings.modules.size(), scalings.adapters.size()};
  const auto add = [&](const char* name, const char* dtype, const Json& of_shape, const void* bytes, std::size_t size) {
    header[name] = {{"dtype", dtype}, {"shape", of_shape}, {"data_offsets", {data.size(), data.size() + size}}};
    data.append(static_cast<const char*>(bytes), size);
  };
  for (const auto& [name, values] : {std::pair("applied", &scalings.applied), std::pair("scalings", &scalings.predicted)}) {
    std::vector<std::uint16_t> halves;
    for (const float value : *values) halves.push_back(to_half(value));
    add(name, "F16", shape, halves.data(), halves.size() * 2);
  }
  const std::vector<std::int32_t> bounds(scalings.boundaries.begin(), scalings.boundaries.end());
  add("boundaries", "I32", {bounds.size()}, bounds.data(), bounds.size() * 4);
  header["__metadata__"] = {{"tokens", Json(scalings.tokens).dump()},
                            {"modules", Json(scalings.modules).dump()},
                            {"adapters", Json(scalings.adapters).dump()},
                            {"step", std::to_string(scalings.step)}};
  const std::string text = header.dump();
  const std::uint64_t length = text.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  write_file_atomically(file, bytes + text + data);
}

}  // namespace lorascope::test
