#include "core/data/label_set.h"

#include <utility>

#include "core/base/error.h"

namespace lorascope::data {

LabelSet::LabelSet(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (ids_.emplace(names_[i], static_cast<int>(i)).second) continue;
    throw DataError("cannot use the labels", Problem{"label " + std::to_string(i), "\"" + names_[i] + "\" again",
                                                     "a name of its own for each label", ""});
  }
}

LabelSet LabelSet::wnut17() {
  std::vector<std::string> names = {"O"};
  for (const char* type : {"corporation", "creative-work", "group", "location", "person", "product"}) {
    names.push_back(std::string("B-") + type);
    names.push_back(std::string("I-") + type);
  }
  return LabelSet(std::move(names));
}

LabelSet LabelSet::from_id2label(const std::map<std::int64_t, std::string>& id2label) {
  std::vector<std::string> names;
  for (const auto& [id, name] : id2label) {
    if (id != static_cast<std::int64_t>(names.size())) {
      throw DataError("cannot use the labels",
                      Problem{"id2label", "id " + std::to_string(id), "id " + std::to_string(names.size()),
                              "the ids must run from 0 without a gap"});
    }
    names.push_back(name);
  }
  return LabelSet(std::move(names));
}

std::optional<int> LabelSet::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found != ids_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace lorascope::data
