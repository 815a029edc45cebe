#include "ui/inspect/inspect_answer.h"

#include <QJsonArray>
#include <algorithm>

namespace lorascope::ui {
namespace {

QStringList textsOf(const QJsonValue& value) {
  QStringList texts;
  const QJsonArray list = value.toArray();
  for (const QJsonValue& entry : list) texts.append(entry.toString());
  return texts;
}

std::vector<double> lineOf(const QJsonValue& value) {
  std::vector<double> numbers;
  const QJsonArray list = value.toArray();
  numbers.reserve(static_cast<std::size_t>(list.size()));
  for (const QJsonValue& entry : list) numbers.push_back(entry.toDouble());
  return numbers;
}

void flatten(const QJsonValue& value, std::vector<float>& into) {
  if (!value.isArray()) return into.push_back(static_cast<float>(value.toDouble()));
  const QJsonArray list = value.toArray();
  for (const QJsonValue& entry : list) flatten(entry, into);
}

std::vector<InspectAnswer::Row> rowsOf(const QJsonValue& value) {
  std::vector<InspectAnswer::Row> rows;
  std::size_t first = 0;
  const QJsonArray list = value.toArray();
  for (const QJsonValue& entry : list) {
    InspectAnswer::Row row;
    row.texts = textsOf(entry[QStringLiteral("texts")]);
    row.first = first;
    const QJsonArray tokens = entry[QStringLiteral("tokens")].toArray();
    for (const QJsonValue& token : tokens)
      row.tokens.push_back({token[QStringLiteral("text")].toString(), token[QStringLiteral("sequence")].toInt(-1),
                            token[QStringLiteral("word")].toInt(-1)});
    first += row.tokens.size();
    rows.push_back(std::move(row));
  }
  return rows;
}

void takePrediction(const QJsonObject& json, InspectAnswer& answer) {
  const QJsonArray words = json.value(QStringLiteral("words")).toArray();
  for (const QJsonValue& word : words)
    answer.words.push_back({word[QStringLiteral("text")].toString(), word[QStringLiteral("label")].toString(),
                            word[QStringLiteral("probability")].toDouble(), word[QStringLiteral("first")].toInt(-1),
                            word[QStringLiteral("last")].toInt(-1)});
  answer.labels = textsOf(json.value(QStringLiteral("labels")));
  if (!answer.labels.isEmpty()) {
    answer.probabilities = numbersOf(json.value(QStringLiteral("probabilities")));
  } else {
    answer.choices = lineOf(json.value(QStringLiteral("probabilities")));
  }
  answer.choice = json.value(QStringLiteral("choice")).toInt(-1);
  const QJsonArray spans = json.value(QStringLiteral("answers")).toArray();
  for (const QJsonValue& span : spans)
    answer.spans.push_back({span[QStringLiteral("text")].toString(), span[QStringLiteral("begin")].toInt(),
                            span[QStringLiteral("end")].toInt(), span[QStringLiteral("probability")].toDouble()});
  answer.window = static_cast<std::size_t>(json.value(QStringLiteral("window")).toInt());
  answer.starts = lineOf(json.value(QStringLiteral("start")));
  answer.ends = lineOf(json.value(QStringLiteral("end")));
}

std::shared_ptr<const figures::Scalings> scalingsOf(const QJsonObject& json, const InspectAnswer& answer) {
  auto scalings = std::make_shared<figures::Scalings>();
  for (const InspectAnswer::Row& row : answer.rows) {
    for (const auto& token : row.tokens) scalings->tokens.push_back(token.text.toStdString());
    scalings->boundaries.push_back(static_cast<std::int64_t>(scalings->tokens.size()));
  }
  for (const QString& name : textsOf(json.value(QStringLiteral("modules")))) scalings->modules.push_back(name.toStdString());
  for (const QString& name : textsOf(json.value(QStringLiteral("adapters")))) scalings->adapters.push_back(name.toStdString());
  scalings->is_layerwise = json.value(QStringLiteral("layerwise")).toBool(true);
  flatten(json.value(QStringLiteral("used")).toArray(), scalings->applied);
  if (json.contains(QStringLiteral("predicted"))) flatten(json.value(QStringLiteral("predicted")), scalings->predicted);
  const std::size_t expected = scalings->tokens.size() * scalings->modules.size() * scalings->adapters.size();
  return scalings->applied.size() == expected ? scalings : nullptr;
}

std::vector<std::vector<QPointF>> pathOf(const QJsonValue& value) {
  std::vector<std::vector<QPointF>> path;
  const QJsonArray layers = value.toArray();
  for (const QJsonValue& layer : layers) {
    path.emplace_back();
    const QJsonArray tokens = layer.toArray();
    for (const QJsonValue& point : tokens) path.back().emplace_back(point[0].toDouble(), point[1].toDouble());
  }
  return path;
}

}  // namespace

std::vector<std::vector<double>> numbersOf(const QJsonValue& value) {
  std::vector<std::vector<double>> lines;
  const QJsonArray list = value.toArray();
  for (const QJsonValue& entry : list) lines.push_back(lineOf(entry));
  return lines;
}

std::size_t InspectAnswer::numTokens() const {
  return rows.empty() ? 0 : rows.back().first + rows.back().tokens.size();
}

std::size_t InspectAnswer::mainRow() const {
  const std::size_t row = choice >= 0 ? static_cast<std::size_t>(choice) : window;
  return row < rows.size() ? row : 0;
}

QString InspectAnswer::prediction(std::size_t row, std::size_t token) const {
  if (!labels.isEmpty()) {
    for (const Word& word : words)
      if (word.first == static_cast<int>(token)) return word.label;
    return {};
  }
  const std::size_t at = rows[row].first + token;
  if (at >= starts.size() || at >= ends.size()) return {};
  if (starts[at] < 0.05 && ends[at] < 0.05) return {};
  return starts[at] >= ends[at] ? QStringLiteral("start %1").arg(starts[at], 0, 'f', 2)
                                : QStringLiteral("end %1").arg(ends[at], 0, 'f', 2);
}

InspectAnswer InspectAnswer::fromJson(const QJsonObject& json) {
  InspectAnswer answer;
  answer.rows = rowsOf(json.value(QStringLiteral("rows")));
  takePrediction(json.value(QStringLiteral("prediction")).toObject(), answer);
  const QJsonObject scalings = json.value(QStringLiteral("scalings")).toObject();
  answer.has_gate = scalings.contains(QStringLiteral("predicted"));
  if (scalings.contains(QStringLiteral("used"))) answer.scalings = scalingsOf(scalings, answer);
  const QJsonArray rows = json.value(QStringLiteral("layers")).toArray();
  for (const QJsonValue& row : rows) {
    answer.layers.emplace_back();
    const QJsonArray layers = row.toArray();
    for (const QJsonValue& layer : layers)
      answer.layers.back().push_back(
          {layer[QStringLiteral("distance")].toDouble(), layer[QStringLiteral("cosine_distance")].toDouble()});
  }
  answer.token_distances = numbersOf(json.value(QStringLiteral("token_distances")));
  const QJsonObject paths = json.value(QStringLiteral("trajectories")).toObject();
  answer.base_path = pathOf(paths.value(QStringLiteral("base")));
  answer.tuned_path = pathOf(paths.value(QStringLiteral("tuned")));
  const std::vector<double> shares = lineOf(paths.value(QStringLiteral("shares")));
  for (std::size_t k = 0; k < std::min<std::size_t>(2, shares.size()); ++k) answer.shares[k] = shares[k];
  return answer;
}

PairAnswer PairAnswer::fromJson(const QJsonObject& json) {
  PairAnswer pair;
  pair.first = InspectAnswer::fromJson(json.value(QStringLiteral("first")).toObject());
  pair.second = InspectAnswer::fromJson(json.value(QStringLiteral("second")).toObject());
  for (const auto& places : numbersOf(json.value(QStringLiteral("aligned"))))
    if (places.size() == 2) pair.aligned.emplace_back(static_cast<int>(places[0]), static_cast<int>(places[1]));
  const QJsonArray layers = json.value(QStringLiteral("layers")).toArray();
  for (const QJsonValue& layer : layers) {
    pair.base.push_back(layer[QStringLiteral("base")].toDouble());
    pair.tuned.push_back(layer[QStringLiteral("tuned")].toDouble());
  }
  const QJsonObject tokens = json.value(QStringLiteral("token_distances")).toObject();
  pair.base_tokens = numbersOf(tokens.value(QStringLiteral("base")));
  pair.tuned_tokens = numbersOf(tokens.value(QStringLiteral("tuned")));
  return pair;
}

}  // namespace lorascope::ui
