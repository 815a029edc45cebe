#include "core/files/checked_json.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/files.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxKeys = 50'000;  // an ordered object is searched linearly for every key
constexpr std::size_t kMaxProblems = 20;

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position_of(const std::string& text, std::size_t byte) {
  Position position;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    ++position.column;
    if (text[i] == '\n') position = {position.line + 1, 1};
  }
  return position;
}

CheckpointError bad_json(const std::string& where, const std::string& found, const std::string& expected) {
  return CheckpointError("cannot read " + where,
                         Problem{where, found, expected, "the file is damaged: fetch or write it again"});
}

template <typename AnyJson>
AnyJson parse(const std::string& text, const std::string& where, std::size_t max_keys) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, typename AnyJson::parse_event_t event, AnyJson& value) {
    using Event = typename AnyJson::parse_event_t;
    if (depth > kMaxDepth) throw bad_json(where, "values nested more than 64 deep", "at most 64 levels");
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key) {
      const std::string& key = value.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second) throw bad_json(where, "the key " + quote(key) + " twice", "every key once");
      if (keys.back().size() > max_keys) throw bad_json(where, "more than 50000 keys in one object", "fewer keys");
    }
    return true;
  };
  try {
    return AnyJson::parse(text, check);
  } catch (const nlohmann::json::parse_error& problem) {
    const Position position = position_of(text, problem.byte);
    const std::string place = where + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    throw bad_json(place, text.empty() ? "an empty file" : "no valid JSON from there on", "a JSON object");
  } catch (const nlohmann::json::exception&) {
    throw bad_json(where, "a value that JSON does not allow", "valid JSON");
  }
}

template <typename AnyJson>
std::string description(const AnyJson& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list of " + std::to_string(value.size());
  if (value.is_string()) return "the text " + quote(value.template get_ref<const std::string&>());
  return value.dump();
}

}  // namespace

void ProblemList::add(std::string where, std::string found, std::string expected, std::string hint) {
  if (problems_.size() == kMaxProblems) {
    ++num_left_out_;
    return;
  }
  problems_.push_back({std::move(where), std::move(found), std::move(expected), std::move(hint)});
}

void ProblemList::throw_if_any(const std::string& message) const {
  if (problems_.empty()) return;
  if (num_left_out_ == 0) throw CheckpointError(message, problems_);
  throw CheckpointError(message + " (" + std::to_string(num_left_out_) + " more problems not shown)", problems_);
}

std::string quote(const std::string& text) {
  constexpr std::size_t kShown = 120;
  const std::string shown = text.size() > kShown ? text.substr(0, kShown) + "..." : text;
  return Json(shown).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string described(const OrderedJson& value) {
  return description(value);
}

std::string described(const Json& value) {
  return description(value);
}

std::string read_checkpoint_text(const fs::path& path, const std::string& hint, std::uint64_t limit_bytes) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  const auto refuse = [&](const std::string& found, const std::string& expected) {
    return CheckpointError("cannot read " + path.string(), Problem{path.string(), found, expected, hint});
  };
  if (!fs::exists(status)) throw refuse("no such file", "a file of that name");
  if (!fs::is_regular_file(status)) throw refuse(fs::is_directory(status) ? "a folder" : "no regular file", "a file");
  try {
    return read_file(path, limit_bytes);
  } catch (const DataError& problem) {
    throw CheckpointError("cannot read " + path.string(), problem.problems());
  }
}

OrderedJson parse_checked(const std::string& text, const std::string& where) {
  return parse<OrderedJson>(text, where, kMaxKeys);
}

Json parse_checked_sorted(const std::string& text, const std::string& where) {
  return parse<Json>(text, where, std::numeric_limits<std::size_t>::max());
}

const OrderedJson* FieldReader::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void FieldReader::note(const std::string& key, const OrderedJson& found, const std::string& expected,
                       const std::string& hint) {
  problems_.add(where_ + ": " + key, described(found), expected, hint);
}

std::int64_t FieldReader::integer(const char* key, std::int64_t low, std::int64_t high,
                                  std::optional<std::int64_t> otherwise) {
  const std::string expected = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  const OrderedJson* value = find(key);
  if (value == nullptr) {
    if (!otherwise) problems_.add(where_ + ": " + key, "no such key", expected);
    return otherwise.value_or(low);
  }
  const bool fits = value->is_number_unsigned()
                        ? high >= 0 && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                        : value->is_number_integer() && value->get<std::int64_t>() <= high;
  if (fits && value->get<std::int64_t>() >= low) return value->get<std::int64_t>();
  note(key, *value, expected);
  return otherwise.value_or(low);
}

double FieldReader::number(const char* key, double low, double high, double otherwise) {
  const OrderedJson* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_number() && value->get<double>() >= low && value->get<double>() <= high) return value->get<double>();
  note(key, *value, "a number from " + OrderedJson(low).dump() + " to " + OrderedJson(high).dump());
  return otherwise;
}

bool FieldReader::boolean(const char* key, bool otherwise) {
  const OrderedJson* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  note(key, *value, "true or false");
  return otherwise;
}

std::optional<std::string> FieldReader::text(const char* key) {
  const OrderedJson* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  note(key, *value, "a text");
  return std::nullopt;
}

std::vector<std::string> FieldReader::texts(const char* key) {
  const OrderedJson* value = find(key);
  if (value == nullptr) return {};
  const auto is_text = [](const OrderedJson& item) { return item.is_string(); };
  if (value->is_array() && std::all_of(value->begin(), value->end(), is_text)) {
    return value->get<std::vector<std::string>>();
  }
  note(key, *value, "a list of texts");
  return {};
}

std::vector<std::int64_t> FieldReader::integers(const char* key, std::int64_t low, std::int64_t high) {
  const OrderedJson* value = find(key);
  if (value == nullptr) return {};
  std::vector<std::int64_t> numbers;
  const OrderedJson items = value->is_array() ? *value : OrderedJson::array({*value});
  for (const OrderedJson& item : items) {
    const bool fits = item.is_number_integer() && item.get<double>() >= static_cast<double>(low) &&
                      item.get<double>() <= static_cast<double>(high);
    if (!fits) {
      note(key, item, "whole numbers from " + std::to_string(low) + " to " + std::to_string(high));
      return {};
    }
    numbers.push_back(item.get<std::int64_t>());
  }
  return numbers;
}

}  // namespace lorascope::files
