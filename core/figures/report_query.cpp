#include "core/figures/report_query.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::figures {
namespace {

constexpr std::array<const char*, 14> kKinds = {"curves",   "spectrum",   "energy",   "layers", "layer-map",
                                                "parallel", "scores",     "comparison", "settings", "runs",
                                                "numbers",  "paper-table", "fixed",
                                                "mixtures"};
constexpr std::array<const char*, 4> kSources = {"step", "epoch", "examples", "seconds"};
constexpr std::array<const char*, 4> kGroupings = {"none", "method", "setting", "value"};
constexpr std::array<const char*, 3> kBands = {"none", "min-max", "interval"};
constexpr std::array<const char*, 5> kMeasures = {"stable-rank", "effective-rank", "energy-rank", "norm",
                                                  "relative-norm"};

template <class Enum, std::size_t N>
Enum named(const Json& json, const char* key, const std::array<const char*, N>& names, Enum otherwise) {
  const std::string text = json.value(key, "");
  const auto name = std::find(names.begin(), names.end(), text);
  return name == names.end() ? otherwise : static_cast<Enum>(name - names.begin());
}

RunSelection::Group group_of(const store::RunRecord& run) {
  return {run.study_id.value_or(0), run.task, run.method, run.group.empty() ? run.name : run.group};
}

Json selection_json(const RunSelection& selection) {
  Json groups = Json::array();
  for (const RunSelection::Group& group : selection.groups) {
    groups.push_back({{"study", group.study}, {"task", group.task}, {"method", group.method}, {"name", group.name}});
  }
  return {{"groups", groups}, {"without", selection.without}};
}

RunSelection selection_from(const Json& json) {
  RunSelection selection;
  if (!json.is_object()) return selection;
  for (const Json& group : json.value("groups", Json::array())) {
    selection.groups.push_back({group.value("study", std::int64_t{0}), group.value("task", ""),
                                group.value("method", ""), group.value("name", "")});
  }
  selection.without = json.value("without", std::vector<store::RunId>());
  return selection;
}

Json curve_json(const CurveOptions& options) {
  return {{"x", kSources[static_cast<std::size_t>(options.x)]},
          {"log_x", options.log_x},
          {"log_y", options.log_y},
          {"smoothing", options.smoothing},
          {"grouping", kGroupings[static_cast<std::size_t>(options.grouping)]},
          {"group_by", options.grouping.pointer()},
          {"band", kBands[static_cast<std::size_t>(options.band)]},
          {"outliers", options.outliers}};
}

CurveOptions curve_from(const Json& json) {
  CurveOptions options;
  if (!json.is_object()) return options;
  options.x = named(json, "x", kSources, options.x);
  options.log_x = json.value("log_x", options.log_x);
  options.log_y = json.value("log_y", options.log_y);
  options.smoothing = json.value("smoothing", options.smoothing);
  options.grouping = named(json, "grouping", kGroupings, Grouping::Kind(options.grouping));
  if (options.grouping == Grouping::Value) options.grouping = Grouping::by(json.value("group_by", ""));
  options.band = named(json, "band", kBands, options.band);
  options.outliers = json.value("outliers", options.outliers);
  return options;
}

std::optional<Range> range_from(const Json& json, const char* key) {
  if (!json.contains(key)) return std::nullopt;
  return Range{json.at(key).at(0).get<double>(), json.at(key).at(1).get<double>()};
}

ReportQuery query_from(const Json& json) {
  ReportQuery query;
  const std::string kind = json.at("kind").get<std::string>();
  const auto known = std::find(kKinds.begin(), kKinds.end(), kind);
  if (known == kKinds.end()) {
    throw StoreError("cannot read a figure of the report",
                     Problem{"kind", '"' + kind + '"', "a kind that this version knows", "update lorascope"});
  }
  query.kind = static_cast<ReportKind>(known - kKinds.begin());
  query.runs = selection_from(json.value("runs", Json()));
  query.curves = curve_from(json.value("curves", Json()));
  query.series = json.value("series", "");
  query.module = json.value("module", "");
  query.module_kind = json.value("module_kind", "");
  if (json.contains("step")) query.step = json.at("step").get<std::int64_t>();
  query.measure = named(json, "measure", kMeasures, query.measure);
  query.group = json.value("group", "");
  query.minus = json.value("minus", "");
  query.score = json.value("score", "");
  query.baseline = json.value("baseline", "");
  query.table = json.value("table", 0);
  query.x_range = range_from(json, "x_range");
  query.y_range = range_from(json, "y_range");
  if (json.contains("fixed")) query.fixed = std::make_shared<const Content>(content_from_json(json.at("fixed").dump()));
  return query;
}

}  // namespace

RunSelection selection_of(std::span<const store::RunRecord> chosen, std::span<const store::RunRecord> all) {
  RunSelection selection;
  for (const store::RunRecord& run : chosen) {
    RunSelection::Group group = group_of(run);
    const bool known = std::find(selection.groups.begin(), selection.groups.end(), group) != selection.groups.end();
    if (!known) selection.groups.push_back(std::move(group));
  }
  for (const store::RunRecord& run : selected_runs(selection, all)) {
    const bool is_chosen =
        std::any_of(chosen.begin(), chosen.end(), [&](const store::RunRecord& one) { return one.id == run.id; });
    if (!is_chosen) selection.without.push_back(run.id);
  }
  return selection;
}

std::vector<store::RunRecord> selected_runs(const RunSelection& selection, std::span<const store::RunRecord> all) {
  std::vector<store::RunRecord> runs;
  for (const store::RunRecord& run : all) {
    const bool wanted =
        std::find(selection.groups.begin(), selection.groups.end(), group_of(run)) != selection.groups.end();
    const bool left_out =
        std::find(selection.without.begin(), selection.without.end(), run.id) != selection.without.end();
    if (wanted && !left_out) runs.push_back(run);
  }
  return runs;
}

std::string ReportQuery::to_json() const {
  Json json = {{"kind", kKinds[static_cast<std::size_t>(kind)]},
               {"runs", selection_json(runs)},
               {"curves", curve_json(curves)},
               {"measure", kMeasures[static_cast<std::size_t>(measure)]}};
  const std::pair<const char*, const std::string*> texts[] = {
      {"series", &series}, {"module", &module}, {"module_kind", &module_kind}, {"group", &group},
      {"minus", &minus},   {"score", &score},   {"baseline", &baseline}};
  for (const auto& [key, text] : texts) {
    if (!text->empty()) json[key] = *text;
  }
  if (step) json["step"] = *step;
  if (table != 0) json["table"] = table;
  if (x_range) json["x_range"] = {x_range->low, x_range->high};
  if (y_range) json["y_range"] = {y_range->low, y_range->high};
  if (fixed) json["fixed"] = Json::parse(content_json(*fixed));
  return json.dump();
}

ReportQuery ReportQuery::from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto damaged = [](const std::string& found) {
    return StoreError("cannot read a figure of the report", Problem{"query", found, "a query", "pin it again"});
  };
  if (!json.is_object()) throw damaged("no JSON object");
  try {
    return query_from(json);
  } catch (const Json::exception& problem) {
    throw damaged(problem.what());
  }
}

}  // namespace lorascope::figures
