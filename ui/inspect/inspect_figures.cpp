#include "ui/inspect/inspect_figures.h"

#include <QObject>
#include <cmath>

namespace lorascope::ui {
namespace {

figures::Line lineOf(const std::string& name, const std::string& method, const std::vector<double>& values) {
  figures::Line line;
  line.name = name;
  line.style.method = method;
  line.style.markers = true;
  for (std::size_t layer = 0; layer < values.size(); ++layer) {
    line.x.push_back(static_cast<double>(layer));
    line.y.push_back(values[layer]);
  }
  return line;
}

std::vector<double> rowDistances(const InspectAnswer& answer, std::size_t row) {
  std::vector<double> values;
  if (row >= answer.layers.size()) return values;
  for (const auto& layer : answer.layers[row]) values.push_back(layer.distance);
  return values;
}

std::string tokenName(const InspectAnswer& answer, std::size_t row, int token) {
  if (token < 0 || row >= answer.rows.size() || token >= static_cast<int>(answer.rows[row].tokens.size())) return {};
  return answer.rows[row].tokens[static_cast<std::size_t>(token)].text.toStdString();
}

figures::Line pathOf(const std::vector<std::vector<QPointF>>& path, const InspectAnswer::Row& row, int token,
                     const std::string& name, const std::string& method) {
  figures::Line line;
  line.name = name;
  line.style.method = method;
  line.style.markers = true;
  for (const auto& layer : path) {
    QPointF point;
    std::size_t count = 0;
    for (std::size_t t = 0; t < row.tokens.size(); ++t) {
      const bool is_meant = token >= 0 ? static_cast<int>(t) == token : row.tokens[t].sequence >= 0;
      if (!is_meant || row.first + t >= layer.size()) continue;
      point += layer[row.first + t];
      ++count;
    }
    line.x.push_back(count > 0 ? point.x() / static_cast<double>(count) : NAN);
    line.y.push_back(count > 0 ? point.y() / static_cast<double>(count) : NAN);
  }
  return line;
}

}  // namespace

figures::FigureData distanceFigure(const InspectAnswer& answer, const InspectAnswer& before, std::size_t row, int token,
                                   const std::string& method) {
  figures::FigureData figure;
  figure.title = "Distance from the base";
  figure.note = "mean over tokens";
  figure.x.label = "layer";
  figure.x.whole_numbers = true;
  figure.y.label = "distance";
  figure.y.minimum = 0;
  figure.empty_reason = "no answer yet";
  const std::vector<double> now = rowDistances(answer, row), then = rowDistances(before, row);
  if (now.empty()) return figure;
  if (now != then && !then.empty()) figure.lines.push_back(lineOf("unchanged", "base", then));
  figure.lines.push_back(lineOf("text", method, now));
  const std::string name = tokenName(answer, row, token);
  const std::size_t at = row < answer.rows.size() ? answer.rows[row].first + static_cast<std::size_t>(std::max(0, token)) : 0;
  if (!name.empty() && at < answer.token_distances.size()) {
    figures::Line line = lineOf(name, method, answer.token_distances[at]);
    line.style.variation = 1;
    line.style.num_variations = 2;
    figure.lines.push_back(std::move(line));
  }
  return figure;
}

figures::FigureData pathFigure(const InspectAnswer& answer, std::size_t row, int token, const std::string& method) {
  figures::FigureData figure;
  const std::string name = tokenName(answer, row, token);
  figure.title = name.empty() ? "Through the layers" : "“" + name + "” by layer";
  const double share = 100 * (answer.shares[0] + answer.shares[1]);
  figure.note = "PCA, " + std::to_string(std::lround(share)) + " % of variance";
  figure.x.label = "component 1";
  figure.y.label = "component 2";
  figure.empty_reason = "no answer yet";
  if (row >= answer.rows.size() || answer.tuned_path.empty()) return figure;
  if (method != "base") figure.lines.push_back(pathOf(answer.base_path, answer.rows[row], token, "base", "base"));
  figure.lines.push_back(pathOf(answer.tuned_path, answer.rows[row], token, method == "base" ? "model" : "tuned", method));
  return figure;
}

figures::FigureData pairFigure(const PairAnswer& pair, const std::string& method) {
  figures::FigureData figure;
  figure.title = "Distance of both texts";
  figure.x.label = "layer";
  figure.x.whole_numbers = true;
  figure.y.label = "distance";
  figure.y.minimum = 0;
  figure.empty_reason = "no second text";
  if (pair.base.empty()) return figure;
  figure.lines.push_back(lineOf("base", "base", pair.base));
  if (method != "base") figure.lines.push_back(lineOf("tuned", method, pair.tuned));
  return figure;
}

HeatMap pairMap(const PairAnswer& pair, bool difference) {
  HeatMap map;
  map.title = difference ? QObject::tr("Distance of aligned tokens, tuned minus base")
                         : QObject::tr("Distance of aligned tokens, tuned");
  map.row_label = QObject::tr("layer");
  map.column_label = QObject::tr("token");
  map.diverging = difference;
  map.text = [](double value) { return QString::number(value, 'f', 1); };
  if (pair.aligned.empty() || pair.tuned_tokens.size() != pair.aligned.size()) return map;
  for (const auto& [i, j] : pair.aligned)
    map.columns.push_back(pair.first.rows.front().tokens[static_cast<std::size_t>(i)].text);
  const std::size_t layers = pair.tuned_tokens.front().size();
  for (std::size_t row = 0; row < layers; ++row) {
    const std::size_t layer = layers - 1 - row;
    map.rows.push_back(QString::number(layer));
    for (std::size_t p = 0; p < pair.aligned.size(); ++p)
      map.values.push_back(pair.tuned_tokens[p][layer] - (difference ? pair.base_tokens[p][layer] : 0));
  }
  return map;
}

}  // namespace lorascope::ui
