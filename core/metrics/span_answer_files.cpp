#include "core/base/json.h"
#include "core/metrics/span_answers.h"

namespace lorascope::metrics {
namespace {

// json.dumps(value, indent=4) of Python, with run_qa's final line end.
std::string python_json(const OrderedJson& value) {
  constexpr int kIndent = 4;
  return value.dump(kIndent, ' ', /*ensure_ascii=*/true, OrderedJson::error_handler_t::replace) + "\n";
}

OrderedJson entry(const SpanCandidate& candidate) {
  OrderedJson value;
  value["start_logit"] = static_cast<double>(candidate.start_logit);
  value["end_logit"] = static_cast<double>(candidate.end_logit);
  value["text"] = candidate.text;
  value["probability"] = candidate.probability;
  value["score"] = static_cast<double>(candidate.score);
  return value;
}

/// {id: of(answer)} in the order of the answers; OrderedJson would look through all keys for each.
template <typename Of>
OrderedJson by_id(std::span<const NamedAnswer> answers, const Of& of) {
  OrderedJson::object_t object;
  for (const NamedAnswer& named : answers) object.push_back({named.id, of(named.answer)});
  return object;
}

}  // namespace

std::string predictions_json(std::span<const NamedAnswer> answers) {
  return python_json(by_id(answers, [](const SpanAnswer& answer) { return OrderedJson(answer.text); }));
}

std::string nbest_json(std::span<const NamedAnswer> answers) {
  return python_json(by_id(answers, [](const SpanAnswer& answer) {
    OrderedJson list = OrderedJson::array();
    for (const SpanCandidate& candidate : answer.n_best) list.push_back(entry(candidate));
    return list;
  }));
}

std::string null_odds_json(std::span<const NamedAnswer> answers) {
  return python_json(by_id(answers, [](const SpanAnswer& answer) { return OrderedJson(answer.null_odds); }));
}

}  // namespace lorascope::metrics
