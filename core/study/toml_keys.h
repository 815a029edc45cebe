#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/study/study.h"

// Of core/study only: the headers that other folders include are free of toml++.

namespace lorascope::study {

/// One value of a study file under its dotted path.
struct TomlKey {
  std::string path;  ///< "training.learning_rate", relative to the table it was read from
  Json value;
  int line = 0;
};

/// All values of a table, inner tables opened, in the order of the file.
std::vector<TomlKey> keys_of(const toml::table& table);

int line_of(const toml::node& node);
/// Dates and times become text: no setting takes them.
Json to_json(const toml::node& node);
/// For messages: `"fast"`, `[1, 2]`, `a table`; long values are cut.
std::string found_text(const Json& value);

/// Collects the findings of one file.
class IssueList {
 public:
  void add(int line, std::string key, std::string found, std::string allowed, std::string hint = {});
  /// A key that is not known here, with the nearest known one as hint.
  void add_unknown(const std::string& prefix, const TomlKey& key, const std::vector<std::string>& known);
  bool empty() const { return issues_.empty(); }
  std::vector<StudyIssue> sorted() const;

 private:
  std::vector<StudyIssue> issues_;
};

}  // namespace lorascope::study
