#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/text/problem_list.h"

namespace lorascope::text {

/// Typed access to one object of a JSON file: a value of the wrong type becomes a problem with file and key path, and
/// reads as absent.
class JsonFields {
 public:
  /// path: where the object stands, "tokenizer.json" or "tokenizer.json: model". object and problems must outlive this.
  JsonFields(const Json& object, std::string path, ProblemList& problems);

  bool has(const char* key) const { return object_.is_object() && object_.contains(key); }
  /// "tokenizer.json: model.vocab"
  std::string where(const std::string& key) const;
  /// The value, or null where the key is absent.
  const Json& raw(const char* key) const;
  /// Absent and null give nothing.
  std::optional<bool> boolean(const char* key) const;
  std::optional<std::string> string(const char* key) const;
  /// An integer in [0, limit); others are problems.
  std::optional<std::int32_t> index(const char* key, std::int32_t limit) const;
  JsonFields child(const char* key) const;

  const std::string& path() const { return path_; }
  ProblemList& problems() const { return problems_; }
  const Json& object() const { return object_; }

 private:
  void complain(const char* key, const char* expected) const;

  const Json& object_;
  std::string path_;
  ProblemList& problems_;
};

/// "a number", "\"text\"" (shortened), "null", …: what stands there, for messages.
std::string describe(const Json& value);

/// Parses a file. Throws CheckpointError (not JSON, no object) and DataError (unreadable).
Json read_json_object(const std::filesystem::path& file);

}  // namespace lorascope::text
