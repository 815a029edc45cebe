#include "app/lorascope/inspect/answer_json.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/metrics/span_answers.h"
#include "core/train/token_evaluator.h"

namespace lorascope::app::inspect {
namespace {

constexpr std::size_t kMostAnswers = 5;

Json nested(const float* values, at::IntArrayRef shape) {
  if (shape.empty()) return rounded(*values);
  std::int64_t inner = 1;
  for (const std::int64_t size : shape.slice(1)) inner *= size;
  Json list = Json::array();
  for (std::int64_t i = 0; i < shape.front(); ++i) list.push_back(nested(values + i * inner, shape.slice(1)));
  return list;
}

Json sentence_json(const InspectModel& model, const EncodedText& text, const tasks::Output& output) {
  const at::Tensor probabilities = output.logits.to(at::kDouble).softmax(1).to(at::kFloat);
  const at::Tensor best = output.logits.argmax(1).to(at::kInt).contiguous();
  const auto* ids = best.const_data_ptr<std::int32_t>();
  const std::vector<std::int32_t> guesses(ids, ids + best.numel());
  const std::vector<std::string> tags =
      train::word_tags(text.features.front(), guesses, text.words.size(), model.labels());
  Json words = Json::array();
  for (std::size_t w = 0; w < text.words.size(); ++w)
    words.push_back({{"text", text.words[w]}, {"label", tags[w]}, {"first", -1}, {"last", -1}});
  const std::vector<InspectToken>& tokens = text.rows.front().tokens;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (tokens[t].word < 0) continue;
    Json& word = words.at(static_cast<std::size_t>(tokens[t].word));
    word["last"] = t;
    if (word.at("first") != -1) continue;
    word["first"] = t;
    word["probability"] = rounded(probabilities[static_cast<std::int64_t>(t)].max().item<double>());
  }
  return {{"words", words}, {"labels", model.labels().names()}, {"probabilities", tensor_json(probabilities)}};
}

Json question_json(const InspectModel& model, const InspectText& asked, const EncodedText& text,
                   const tasks::Output& output) {
  const at::Tensor columns = output.logits.t().to(at::kFloat).contiguous();
  const auto* start = columns.const_data_ptr<float>();
  const auto* end = start + columns.size(1);
  std::vector<metrics::SpanWindow> windows;
  std::size_t first = 0;
  Json probabilities[2] = {Json::array(), Json::array()};
  for (const data::Feature& feature : text.features) {
    const std::size_t size = feature.input_ids.size();
    windows.push_back({feature.offsets, {start + first, size}, {end + first, size}});
    for (int side = 0; side < 2; ++side) {
      const at::Tensor own =
          columns[side].narrow(0, static_cast<std::int64_t>(first), static_cast<std::int64_t>(size)).softmax(0);
      for (std::int64_t t = 0; t < own.numel(); ++t) probabilities[side].push_back(rounded(own[t].item<double>()));
    }
    first += size;
  }
  const study::SquadSettings& squad = model.source().settings.squad;
  const metrics::SpanAnswer answer = metrics::best_answer(
      windows, asked.text, {squad.n_best, squad.max_answer_length, squad.version_2, squad.null_threshold});
  Json answers = Json::array();
  for (const metrics::SpanCandidate& candidate : answer.n_best) {
    if (answers.size() == kMostAnswers) break;
    answers.push_back({{"text", candidate.text},
                       {"begin", candidate.begin},
                       {"end", candidate.end},
                       {"probability", rounded(candidate.probability)},
                       {"score", rounded(candidate.score)}});
  }
  std::size_t window = 0;
  for (std::size_t w = text.features.size(); w-- > 0 && !answer.n_best.empty();)
    for (const auto& [from, to] : text.features[w].offsets)
      if (from == answer.n_best.front().begin && to > from) window = w;
  Json json = {{"answer", answer.text}, {"answers", answers}, {"window", window},
               {"start", probabilities[0]}, {"end", probabilities[1]}};
  if (squad.version_2) json["null_odds"] = rounded(answer.null_odds);
  return json;
}

}  // namespace

double rounded(double value) { return std::round(value * 1e7) / 1e7; }

Json tensor_json(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kCPU, at::kFloat).contiguous();
  return nested(plain.const_data_ptr<float>(), plain.sizes());
}

Json rows_json(const EncodedText& text) {
  Json rows = Json::array();
  for (const InspectRow& row : text.rows) {
    Json tokens = Json::array();
    for (const InspectToken& token : row.tokens)
      tokens.push_back({{"text", token.text},
                        {"sequence", token.sequence},
                        {"begin", token.begin},
                        {"end", token.end},
                        {"word", token.word}});
    rows.push_back({{"texts", row.texts}, {"tokens", tokens}});
  }
  return rows;
}

Json prediction_json(const InspectModel& model, const InspectText& asked, const EncodedText& text,
                     const tasks::Output& output) {
  if (!model.has_head()) return nullptr;
  const std::string& task = model.source().settings.task;
  if (task == "squad") return question_json(model, asked, text, output);
  if (task != "swag") return sentence_json(model, text, output);
  const at::Tensor logits = output.logits.flatten();
  return {{"logits", tensor_json(logits)},
          {"probabilities", tensor_json(logits.to(at::kDouble).softmax(0))},
          {"choice", logits.argmax().item<std::int64_t>()}};
}

Json scalings_json(const InspectModel& model, const Look& plain, const Look& changed) {
  Json json = {{"adapters", model.axes().adapters},
               {"modules", model.axes().modules},
               {"blocks", model.axes().blocks()},
               {"layerwise", model.is_layerwise()}};
  if (plain.output.scalings.defined()) json["predicted"] = tensor_json(plain.output.scalings);
  if (model.has_gate()) json["applied"] = tensor_json(plain.output.applied);
  if (changed.used.defined()) json["used"] = tensor_json(changed.used);
  return json;
}

}  // namespace lorascope::app::inspect
