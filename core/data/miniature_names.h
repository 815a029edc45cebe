#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/grammar.h"
#include "core/data/random.h"

namespace lorascope::data {

enum class Part { Train, Dev, Test };

/// Invented names of the six entity types of WNUT17. The stems and title words that names are built from are divided:
/// dev and test build most names from material that train never sees. Types share stems, so that "Brelford", "Brelford
/// United" and "Mia Brelford" differ by their company and context only.
class MiniatureNames {
 public:
  /// Divides the material with the given stream.
  explicit MiniatureNames(Random& random);

  /// A name of a type ("person", "creative-work", …) as words.
  std::vector<std::string> make(std::string_view type, Part part, Random& random) const;

 private:
  using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;

  const std::vector<std::string>& list(std::string_view name, Part part, Random& random) const;
  std::string fill(std::string_view pattern, Part part, Random& random) const;

  Grammar grammar_;
  Lists divided_[3];
};

}  // namespace lorascope::data
