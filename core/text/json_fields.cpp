#include "core/text/json_fields.h"

#include <utility>

#include "core/base/files.h"

namespace lorascope::text {
namespace {

const Json& null_value() {
  static const Json value;
  return value;
}

constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;

}  // namespace

JsonFields::JsonFields(const Json& object, std::string path, ProblemList& problems)
    : object_(object), path_(std::move(path)), problems_(problems) {}

std::string JsonFields::where(const std::string& key) const {
  return path_ + (path_.find(": ") == std::string::npos ? ": " : ".") + key;
}

const Json& JsonFields::raw(const char* key) const {
  return has(key) ? object_.at(key) : null_value();
}

void JsonFields::complain(const char* key, const char* expected) const {
  problems_.add(where(key), describe(raw(key)), expected);
}

std::optional<bool> JsonFields::boolean(const char* key) const {
  const Json& value = raw(key);
  if (value.is_boolean()) return value.get<bool>();
  if (!value.is_null()) complain(key, "true or false");
  return std::nullopt;
}

std::optional<std::string> JsonFields::string(const char* key) const {
  const Json& value = raw(key);
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_null()) complain(key, "a text");
  return std::nullopt;
}

std::optional<std::int32_t> JsonFields::index(const char* key, std::int32_t limit) const {
  const Json& value = raw(key);
  if (value.is_null()) return std::nullopt;
  if (value.is_number_integer() && value >= 0 && value < limit) return value.get<std::int32_t>();
  problems_.add(where(key), describe(value), "a whole number from 0 to " + std::to_string(limit - 1));
  return std::nullopt;
}

JsonFields JsonFields::child(const char* key) const {
  const Json& value = raw(key);
  if (!value.is_object()) problems_.add(where(key), has(key) ? describe(value) : "nothing", "an object");
  return JsonFields(value.is_object() ? value : null_value(), where(key), problems_);
}

std::string describe(const Json& value) {
  constexpr std::size_t kShown = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kShown) text = text.substr(0, kShown) + "…";
  return text;
}

Json read_json_object(const std::filesystem::path& file) {
  const std::string content = read_file(file, kLargestFile);
  Json value;
  try {
    value = Json::parse(content);
  } catch (const Json::parse_error& problem) {
    throw CheckpointError("cannot read the tokenizer",
                          Problem{file.string() + ": byte " + std::to_string(problem.byte),
                                  content.empty() ? "an empty file" : "text that is not JSON", "a JSON object",
                                  "the file is damaged or cut off: fetch it again"});
  }
  if (value.is_object()) return value;
  throw CheckpointError("cannot read the tokenizer", Problem{file.string(), describe(value), "a JSON object", ""});
}

}  // namespace lorascope::text
