#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::data {

/// The C classes of a task in the order of their ids.
class LabelSet {
 public:
  LabelSet() = default;
  /// names[i] is the label with id i. Throws DataError on a repeated name.
  explicit LabelSet(std::vector<std::string> names);

  /// The 13 labels of WNUT17 in the hub's order: O, then B- and I- of corporation, creative-work, group, location,
  /// person, product.
  static LabelSet wnut17();
  /// From a model's id2label. Throws DataError where the ids are not 0 … C-1.
  static LabelSet from_id2label(const std::map<std::int64_t, std::string>& id2label);

  int size() const { return static_cast<int>(names_.size()); }
  const std::string& name(int id) const { return names_.at(static_cast<std::size_t>(id)); }
  const std::vector<std::string>& names() const { return names_; }
  std::optional<int> find(std::string_view name) const;

  bool operator==(const LabelSet& other) const { return names_ == other.names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, int, std::less<>> ids_;
};

}  // namespace lorascope::data
