#include "app/lorascope/inspect/inspector.h"

#include <ATen/ATen.h>

#include "app/lorascope/inspect/aggregate.h"
#include "app/lorascope/inspect/answer_json.h"
#include "app/lorascope/inspect/hidden_summary.h"
#include "app/lorascope/inspect/token_index.h"
#include "core/base/error.h"

namespace lorascope::app::inspect {
namespace {

/// Everything about one text: what went in, what came out of the tuned model and of its base.
struct Examined {
  InspectText asked;
  EncodedText text;
  Look plain, changed;
  std::vector<at::Tensor> base;
};

const Json& part(const Json& question, const char* key) {
  static const Json kNone = nullptr;
  const auto found = question.find(key);
  return found == question.end() ? kNone : *found;
}

Examined examine(InspectModel& model, const Json& input, const WhatIf& what_if, bool with_base) {
  Examined examined;
  examined.asked = InspectText::from_json(input);
  examined.text = model.encode(examined.asked);
  const tasks::Batch batch = model.batch_of(examined.text);
  examined.plain = model.look(batch);
  examined.changed = model.look(batch, examined.plain, what_if);
  if (with_base) examined.base = model.base_states(batch, examined.plain);
  return examined;
}

Json distance_json(const StateDistance& distance) {
  return {{"distance", rounded(distance.distance)}, {"cosine_distance", rounded(distance.cosine_distance)}};
}

Json layers_json(const Examined& examined, const std::vector<at::Tensor>& states) {
  Json rows = Json::array();
  std::int64_t first = 0;
  for (const InspectRow& row : examined.text.rows) {
    Json layers = Json::array();
    for (std::size_t layer = 0; layer < states.size(); ++layer)
      layers.push_back(
          distance_json(state_distance(pooled(examined.base[layer], row, first), pooled(states[layer], row, first))));
    rows.push_back(layers);
    first += static_cast<std::int64_t>(row.tokens.size());
  }
  return rows;
}

/// [T][L+1] Euclidean.
Json token_distances_json(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  std::vector<at::Tensor> layers;
  for (std::size_t layer = 0; layer < a.size(); ++layer) layers.push_back((a[layer] - b[layer]).norm(2, {1}));
  return tensor_json(at::stack(layers, 1));
}

Json sentence_json(InspectModel& model, const Examined& examined) {
  Json json = {{"rows", rows_json(examined.text)},
               {"prediction", prediction_json(model, examined.asked, examined.text, examined.changed.output)}};
  if (examined.base.empty()) return json;
  const std::vector<at::Tensor>& states = examined.changed.output.hidden_states;
  if (!model.axes().adapters.empty()) json["scalings"] = scalings_json(model, examined.plain, examined.changed);
  json["layers"] = layers_json(examined, states);
  json["token_distances"] = token_distances_json(examined.base, states);
  const Trajectories paths = trajectories({examined.base, states});
  json["trajectories"] = {{"shares", {rounded(paths.shares[0]), rounded(paths.shares[1])}},
                          {"base", tensor_json(paths.points[0])},
                          {"tuned", tensor_json(paths.points[1])}};
  return json;
}

/// Whose states of two texts are compared.
Json pair_layers(const Examined& a, const Examined& b) {
  Json layers = Json::array();
  const std::vector<at::Tensor>&tuned_a = a.changed.output.hidden_states, &tuned_b = b.changed.output.hidden_states;
  for (std::size_t layer = 0; layer < a.base.size(); ++layer) {
    const auto between = [&](const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second) {
      return state_distance(pooled(first[layer], a.text.rows.front(), 0), pooled(second[layer], b.text.rows.front(), 0));
    };
    const StateDistance base = between(a.base, b.base), tuned = between(tuned_a, tuned_b);
    layers.push_back({{"base", rounded(base.distance)},
                      {"tuned", rounded(tuned.distance)},
                      {"base_cosine", rounded(base.cosine_distance)},
                      {"tuned_cosine", rounded(tuned.cosine_distance)}});
  }
  return layers;
}

}  // namespace

Inspector::Inspector(InspectSource source) : model_(std::move(source)) {}
Inspector::~Inspector() = default;

Json Inspector::answer(const Json& question, const Withdrawn& withdrawn) {
  if (!question.is_object() || !question.contains("ask"))
    throw UsageError("found a question without \"ask\", expected an object with it",
                     "ask one of describe, sentence, adapters, pair, nearest, aggregate");
  const std::string ask = question.at("ask").is_string() ? question.at("ask").get<std::string>() : "";
  if (ask == "describe") return describe();
  if (ask == "sentence") return sentence(question);
  if (ask == "adapters") return adapters(question);
  if (ask == "pair") return pair(question);
  if (ask == "nearest") return nearest(question, withdrawn);
  if (ask == "aggregate") return aggregate(question, withdrawn);
  throw UsageError("ask: found " + question.at("ask").dump().substr(0, 40) + ", expected a known question",
                   "ask one of describe, sentence, adapters, pair, nearest, aggregate");
}

Json Inspector::describe() const {
  const InspectSource& source = model_.source();
  return {{"task", source.settings.task},
          {"tasks", source.tasks},
          {"kind", std::string(text(model_.kind()))},
          {"name", source.name},
          {"adapters", model_.axes().adapters},
          {"modules", model_.axes().modules},
          {"blocks", model_.axes().blocks()},
          {"layers", model_.num_blocks()},
          {"labels", model_.labels().names()},
          {"gate", model_.has_gate()},
          {"layerwise", model_.is_layerwise()},
          {"has_training_data", !source.settings.train_file.empty()},
          {"fixed_because", model_.fixed_because()},
          {"warnings", model_.warnings()}};
}

Json Inspector::sentence(const Json& question) {
  const bool only_prediction = part(question, "only_prediction") == true;
  return sentence_json(model_, examine(model_, part(question, "input"), WhatIf::from_json(part(question, "what_if")),
                                       !only_prediction));
}

Json Inspector::adapters(const Json& question) {
  Examined examined = examine(model_, part(question, "input"), {}, true);
  Json list = Json::array();
  if (model_.kind() == ModelKind::FullFineTuning) throw UsageError("a fine-tuned model has no adapters");
  if (model_.kind() == ModelKind::Base) throw UsageError("a base model has no adapters", "give one: --adapter DIR");
  const std::vector<Look> alone = model_.looks_alone(examined.text);
  for (std::size_t n = 0; n < alone.size(); ++n)
    list.push_back({{"name", model_.axes().adapters[n]},
                    {"prediction", prediction_json(model_, examined.asked, examined.text, alone[n].output)},
                    {"layers", layers_json(examined, alone[n].output.hidden_states)}});
  return {{"rows", rows_json(examined.text)}, {"adapters", list}};
}

Json Inspector::pair(const Json& question) {
  const WhatIf what_if = WhatIf::from_json(part(question, "what_if"));
  const Examined a = examine(model_, part(question, "first"), what_if, true);
  const Examined b = examine(model_, part(question, "second"), what_if, true);
  const auto aligned = aligned_tokens(a.text.rows.front(), b.text.rows.front());
  std::vector<std::int64_t> left, right;
  Json places = Json::array();
  for (const auto& [i, j] : aligned) {
    left.push_back(i);
    right.push_back(j);
    places.push_back({i, j});
  }
  const auto taken = [](const std::vector<at::Tensor>& layers, const std::vector<std::int64_t>& rows) {
    std::vector<at::Tensor> result;
    for (const at::Tensor& layer : layers) result.push_back(layer.index_select(0, at::tensor(rows, at::kLong)));
    return result;
  };
  const std::vector<at::Tensor>&tuned_a = a.changed.output.hidden_states, &tuned_b = b.changed.output.hidden_states;
  return {{"first", sentence_json(model_, a)},
          {"second", sentence_json(model_, b)},
          {"aligned", places},
          {"layers", pair_layers(a, b)},
          {"token_distances",
           {{"base", token_distances_json(taken(a.base, left), taken(b.base, right))},
            {"tuned", token_distances_json(taken(tuned_a, left), taken(tuned_b, right))}}}};
}

Json Inspector::nearest(const Json& question, const Withdrawn& withdrawn) {
  const Examined examined = examine(model_, part(question, "input"), {}, false);
  const Json& token = part(question, "token");
  if (!token.is_number_integer() || token < 0 || token >= examined.text.num_tokens())
    throw UsageError("token: found " + token.dump() + ", expected 0 to " +
                     std::to_string(examined.text.num_tokens() - 1));
  if (!index_) index_ = std::make_unique<TokenIndex>(TokenIndex::of_training_data(model_, withdrawn));
  const Json& count = part(question, "count");
  const std::size_t wanted = count.is_number_unsigned() ? count.get<std::size_t>() : 5;
  Json tokens = Json::array();
  for (const TokenIndex::Found& found :
       index_->nearest(examined.plain.output.hidden_states.back()[token.get<std::int64_t>()], wanted))
    tokens.push_back({{"text", found.text},
                      {"before", found.before},
                      {"after", found.after},
                      {"similarity", rounded(found.similarity)}});
  return {{"tokens", tokens}, {"searched", index_->size()}};
}

Json Inspector::aggregate(const Json& question, const Withdrawn& withdrawn) {
  AggregateOptions options;
  const Json &file = part(question, "file"), &inputs = part(question, "inputs");
  if (inputs.is_array()) {
    for (const Json& input : inputs) options.inputs.push_back(InspectText::from_json(input));
  } else if (!file.is_string()) {
    throw UsageError("file: found " + file.dump() + ", expected the name of a file, or inputs");
  } else {
    options.file = file.get<std::string>();
  }
  if (part(question, "limit").is_number_unsigned()) options.limit = part(question, "limit").get<std::size_t>();
  options.what_if = WhatIf::from_json(part(question, "what_if"));
  return aggregated(model_, options, withdrawn);
}

}  // namespace lorascope::app::inspect
