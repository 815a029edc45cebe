#include "app/lorascope/kit/selection.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"

namespace lorascope::app {
namespace {

constexpr std::size_t kMostListed = 12;

std::string listed(const std::set<std::string>& names) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count++ == kMostListed) return text + " and " + std::to_string(names.size() - kMostListed) + " more";
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  }
  return text;
}

std::string what_there_is(const std::vector<store::RunRecord>& runs) {
  if (runs.empty()) return "the workspace has no runs yet: `lorascope demo` or `lorascope run STUDY.toml` makes some";
  std::set<std::string> studies, groups;
  for (const store::RunRecord& run : runs) {
    if (!run.study.empty()) studies.insert(run.study);
    if (!run.group.empty()) groups.insert(run.group);
  }
  std::string text = "there are runs " + std::to_string(runs.front().id) + " to " + std::to_string(runs.back().id);
  if (!studies.empty()) text += "; studies " + listed(studies);
  if (!groups.empty()) text += "; groups " + listed(groups);
  return text + "; `lorascope runs list` shows all";
}

std::vector<const store::RunRecord*> matches(const std::vector<store::RunRecord>& runs, const std::string& selector) {
  std::vector<const store::RunRecord*> found;
  for (const auto& part : {&store::RunRecord::study, &store::RunRecord::group}) {
    for (const store::RunRecord& run : runs) {
      if (run.*part == selector && !selector.empty()) found.push_back(&run);
    }
    if (!found.empty()) return found;
  }
  return found;
}

}  // namespace

std::vector<store::RunRecord> select_runs(const store::Workspace& workspace, const std::vector<std::string>& selectors,
                                          const std::string& study) {
  const store::RunStore store(workspace);
  const std::vector<store::RunRecord> runs = store.list();
  std::map<store::RunId, store::RunRecord> chosen;
  for (const std::string& selector : selectors) {
    for (const store::RunRecord* run : matches(runs, selector)) chosen.emplace(run->id, *run);
    if (!matches(runs, selector).empty()) continue;
    try {
      const store::RunRecord run = store.get(std::string_view(selector));
      chosen.emplace(run.id, run);
    } catch (const Error& problem) {
      throw UsageError(problem.message(), problem.hint().empty() ? what_there_is(runs) : problem.hint());
    }
  }
  if (!study.empty()) {
    const auto belongs = [&study](const store::RunRecord& run) {
      return run.study == study || (run.study_id && std::to_string(*run.study_id) == study);
    };
    if (std::none_of(runs.begin(), runs.end(), belongs)) {
      throw UsageError("there is no study \"" + study + "\" with runs", what_there_is(runs));
    }
    for (const store::RunRecord& run : runs) {
      if (belongs(run)) chosen.emplace(run.id, run);
    }
  }
  if (chosen.empty()) throw UsageError("no runs are chosen", what_there_is(runs));
  std::vector<store::RunRecord> result;
  for (auto& [id, run] : chosen) result.push_back(std::move(run));
  return result;
}

}  // namespace lorascope::app
