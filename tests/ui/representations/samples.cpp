#include "tests/ui/representations/samples.h"

#include <QJsonArray>

namespace lorascope::test {
namespace {

QJsonObject subject(const QString& name, const QString& method, int run) {
  return {{"name", name}, {"method", method}, {"run", run}, {"model", ""}, {"adapter", ""}};
}

QJsonObject spread(double mean) { return {{"mean", mean}, {"low", mean - 0.1}, {"high", mean + 0.1}}; }

/// Numbers of one layer of one model, all different.
QJsonObject layer_of(const QString& what, int model, int layer) {
  const double value = 0.3 + 0.1 * model + 0.01 * layer;
  if (what == "sensitivity")
    return {{"value", value}, {"low", value - 0.02}, {"high", value + 0.02}, {"meaning", 1.0}, {"form", 2.0}};
  if (what == "probe")
    return {{"uuas", value}, {"spearman", value / 2}, {"root_accuracy", value / 3}, {"control_uuas", 0.2},
            {"selectivity", value - 0.2}};
  return {{"distance", spread(value)}, {"relative", spread(value)}, {"cosine", spread(1 - value)},
          {"procrustes", value / 4},   {"rsa", 1 - value / 4}};
}

QJsonArray layers_of(const QString& what, int model) {
  QJsonArray layers;
  for (int layer = 0; layer < 3; ++layer) layers.append(layer_of(what, model, layer));
  return layers;
}

QJsonObject result_of(const QString& what, int model) {
  if (what == "cka") {
    QJsonArray rows;
    for (int row = 0; row < 3; ++row) {
      QJsonArray columns;
      for (int column = 0; column < 3; ++column) columns.append(0.1 * row + 0.01 * column);
      rows.append(columns);
    }
    return {{"first", 0}, {"second", model}, {"values", rows}, {"floor", 0.004}, {"plain_floor", 0.06}};
  }
  if (what == "pca") {
    QJsonArray layers;
    for (int layer = 0; layer < 3; ++layer) {
      QJsonArray tokens;
      for (int token = 0; token < 8; ++token) tokens.append(QJsonArray{layer + token, model - layer, 0.5 * token});
      layers.append(tokens);
    }
    return {{"subject", model}, {"points", layers}};
  }
  QJsonObject result = {{"layers", layers_of(what, model)}};
  result.insert(what == "distances" ? "second" : "subject", model);
  if (what == "distances") result.insert("first", 0);
  if (what == "sensitivity")
    result.insert("kinds", QJsonObject{{"passive", QJsonArray{1, 2, 3}}, {"role", QJsonArray{0, 1, 2}}});
  return result;
}

}  // namespace

QJsonObject sample_analysis(const QString& what) {
  const bool has_base = what == "sensitivity" || what == "pca" || what == "probe";
  QJsonArray results;
  for (int model = has_base ? 0 : 1; model < 3; ++model) results.append(result_of(what, model));
  return {{"analysis", what},
          {"subjects", QJsonArray{subject("base model", "base", 0), subject("FT, seed 42", "ft", 1),
                                  subject("LoRA r 8, seed 42", "lora", 4)}},
          {"results", results},
          {"warnings", QJsonArray{}},
          {"source", "generated minimal pairs"},
          {"tokens", what == "pca" ? QJsonValue(QJsonArray{"the", "cook", "helped", "a", "tall", "nurse", "at", "noon"})
                                   : QJsonValue(6012)},
          {"fitted_on", 6012},
          {"width", 384},
          {"shares", QJsonArray{0.4, 0.2, 0.1}},
          {"pairs", QJsonObject{{"passive", 1000}, {"role", 1000}}},
          {"sentences", 900},
          {"rank", 64}};
}

}  // namespace lorascope::test
