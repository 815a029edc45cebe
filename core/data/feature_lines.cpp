#include "core/data/feature_lines.h"

#include <charconv>

#include "core/base/json.h"

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

void append_field(std::string& out, const char* key, std::int64_t value) {
  out.append(",\"").append(key).append("\":");
  append_number(out, value);
}

void append_offsets(std::string& out, std::span<const std::pair<int, int>> offsets) {
  out += ",\"offsets\":[";
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (i > 0) out.push_back(',');
    if (offsets[i].first < 0) {
      out += "null";
      continue;
    }
    out.push_back('[');
    append_number(out, offsets[i].first);
    out.push_back(',');
    append_number(out, offsets[i].second);
    out.push_back(']');
  }
  out.push_back(']');
}

void append_tokens(std::string& out, const Feature& feature) {
  append_list(out, "input_ids", feature.input_ids);
  append_list(out, "token_type_ids", feature.token_type_ids);
}

}  // namespace

std::string token_feature_lines(std::span<const Feature> features) {
  std::string out;
  for (const Feature& feature : features) {
    out += "{\"example\":";
    append_number(out, feature.example);
    append_tokens(out, feature);
    append_list(out, "word_ids", feature.word_ids);
    append_list(out, "labels", feature.labels);
    out += "}\n";
  }
  return out;
}

std::string span_feature_lines(std::span<const Feature> features, std::span<const SquadQuestion> questions) {
  std::string out;
  for (const Feature& feature : features) {
    out += "{\"example\":";
    append_number(out, feature.example);
    out +=
        ",\"id\":" + Json(questions[static_cast<std::size_t>(feature.example)].id).dump(-1, ' ', /*ensure_ascii=*/true);
    append_tokens(out, feature);
    if (feature.offsets.empty()) {
      append_field(out, "start_position", feature.start_position);
      append_field(out, "end_position", feature.end_position);
    } else {
      append_offsets(out, feature.offsets);
    }
    out += "}\n";
  }
  return out;
}

std::string choice_feature_lines(std::span<const Feature> features) {
  std::string out;
  for (const Feature& feature : features) {
    out += "{\"example\":";
    append_number(out, feature.example);
    append_field(out, "choice", feature.choice);
    append_tokens(out, feature);
    append_field(out, "label", feature.label);
    out += "}\n";
  }
  return out;
}

}  // namespace lorascope::data
