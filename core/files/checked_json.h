#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::files {

/// Findings about one file; keeps the first twenty and counts the rest, so that a file of damage stays readable.
class ProblemList {
 public:
  void add(std::string where, std::string found, std::string expected, std::string hint = {});
  bool empty() const { return problems_.empty(); }
  /// Throws CheckpointError if there are any. message: "cannot read the model in DIR".
  void throw_if_any(const std::string& message) const;

 private:
  std::vector<Problem> problems_;
  std::size_t num_left_out_ = 0;
};

/// The text in quotation marks with control characters escaped, shortened where it is long.
std::string quote(const std::string& text);
/// What a JSON value is, for "found": "text \"12\"", "null", "a list".
std::string described(const OrderedJson& value);
std::string described(const Json& value);

/// A text file of a model or adapter folder. Throws CheckpointError (missing, a folder, unreadable, over
/// `limit_bytes`).
std::string read_checkpoint_text(const std::filesystem::path& path, const std::string& hint,
                                 std::uint64_t limit_bytes = 16u << 20);

/// JSON from a file that nobody vouches for: no key twice in one object, at most 64 levels, valid UTF-8.
/// Throws CheckpointError with line and column.
OrderedJson parse_checked(const std::string& text, const std::string& where);
/// The same with sorted keys: for files of very many keys.
Json parse_checked_sorted(const std::string& text, const std::string& where);

/// Reads the typed values of one JSON object and notes what does not fit.
class FieldReader {
 public:
  FieldReader(const OrderedJson& object, std::string where, ProblemList& problems)
      : object_(object), where_(std::move(where)), problems_(problems) {}

  /// A whole number in [low, high]. Without `otherwise` the key is required; null counts as absent.
  std::int64_t integer(const char* key, std::int64_t low, std::int64_t high,
                       std::optional<std::int64_t> otherwise = {});
  /// A number in [low, high].
  double number(const char* key, double low, double high, double otherwise);
  bool boolean(const char* key, bool otherwise);
  std::optional<std::string> text(const char* key);
  /// A list of texts; null and absent give an empty one.
  std::vector<std::string> texts(const char* key);
  std::vector<std::int64_t> integers(const char* key, std::int64_t low, std::int64_t high);
  /// The value where it is present and not null.
  const OrderedJson* find(const char* key) const;
  void note(const std::string& key, const OrderedJson& found, const std::string& expected,
            const std::string& hint = {});

 private:
  const OrderedJson& object_;
  std::string where_;
  ProblemList& problems_;
};

}  // namespace lorascope::files
