#include "core/data/feature_lines.h"

#include <charconv>

namespace lorascope::data {
namespace {

void append_number(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_list(std::string& out, const char* key, std::span<const std::int32_t> values) {
  out.append(",\"").append(key).append("\":[");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_number(out, values[i]);
  }
  out.push_back(']');
}

}  // namespace

std::string token_feature_lines(std::span<const Feature> features) {
  std::string out;
  for (const Feature& feature : features) {
    out += "{\"example\":";
    append_number(out, feature.example);
    append_list(out, "input_ids", feature.input_ids);
    append_list(out, "token_type_ids", feature.token_type_ids);
    append_list(out, "word_ids", feature.word_ids);
    append_list(out, "labels", feature.labels);
    out += "}\n";
  }
  return out;
}

}  // namespace lorascope::data
