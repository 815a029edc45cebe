#include "core/figures/scalings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace lorascope::figures {
namespace {

/// Number of the block in a module's path, -1 without; and what comes after it: "query" of "….3.attention.self.query".
std::pair<int, std::string> place_of(const std::string& path) {
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
    const std::size_t end = path.find('.', dot + 1);
    if (end == std::string::npos) break;
    const std::string part = path.substr(dot + 1, end - dot - 1);
    const bool is_number = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || part.size() > 6) continue;
    std::string kind = path.substr(end + 1);
    for (const char* filler : {"attention.self.", "attention."})
      if (kind.starts_with(filler)) kind = kind.substr(std::string(filler).size());
    if (kind.ends_with(".dense")) kind.resize(kind.size() - 6);
    // BERT has two modules called output.
    if (kind == "output" && path.find("attention.output") != std::string::npos) kind = "attention output";
    return {std::stoi(part), kind};
  }
  return {-1, path};
}

const std::vector<float>& values_of(const Scalings& scalings, ScalingKind kind) {
  return kind == ScalingKind::Predicted && !scalings.predicted.empty() ? scalings.predicted : scalings.applied;
}

}  // namespace

std::vector<ScalingRow> scaling_rows(const Scalings& scalings, const Unfolding& unfolded) {
  if (!scalings.is_layerwise) {
    ScalingRow all{"all", -1, {}};
    for (std::size_t l = 0; l < scalings.modules.size(); ++l) all.modules.push_back(l);
    return {all};
  }
  std::map<int, std::vector<std::size_t>, std::greater<>> blocks;
  for (std::size_t l = 0; l < scalings.modules.size(); ++l) blocks[place_of(scalings.modules[l]).first].push_back(l);
  std::vector<ScalingRow> rows;
  for (const auto& [block, modules] : blocks) {
    const std::string name = block < 0 ? "other" : std::to_string(block);
    if (!unfolded.all && unfolded.block != block) {
      rows.push_back({name, block, modules});
      continue;
    }
    for (auto module = modules.rbegin(); module != modules.rend(); ++module)
      rows.push_back({name + " " + place_of(scalings.modules[*module]).second, block, {*module}});
  }
  return rows;
}

std::vector<std::vector<double>> scaling_means(const Scalings& scalings, ScalingKind kind,
                                               const std::vector<ScalingRow>& rows, std::size_t first,
                                               std::size_t last) {
  const std::vector<float>& values = values_of(scalings, kind);
  const std::size_t modules = scalings.modules.size(), adapters = scalings.adapters.size(), width = last - first;
  std::vector<std::vector<double>> means(
      adapters, std::vector<double>(rows.size() * width, std::numeric_limits<double>::quiet_NaN()));
  if (values.size() < last * modules * adapters) return means;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double share = 1.0 / static_cast<double>(std::max<std::size_t>(1, rows[row].modules.size()));
    for (std::size_t t = first; t < last; ++t) {
      const float* token = values.data() + t * modules * adapters;
      for (std::size_t n = 0; n < adapters; ++n) {
        double sum = 0;
        for (const std::size_t l : rows[row].modules) sum += token[l * adapters + n];
        means[n][row * width + t - first] = sum * share;
      }
    }
  }
  return means;
}

std::vector<Dominance> dominance(const std::vector<std::vector<double>>& means) {
  std::vector<Dominance> cells(means.empty() ? 0 : means.front().size());
  const double most = std::log(static_cast<double>(std::max<std::size_t>(2, means.size())));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    double total = 0;
    for (std::size_t n = 0; n < means.size(); ++n) {
      total += std::abs(means[n][i]);
      if (means[n][i] > means[static_cast<std::size_t>(cells[i].adapter)][i]) cells[i].adapter = static_cast<int>(n);
    }
    if (!(total > 0)) {
      cells[i].entropy = 1;
      continue;
    }
    for (const auto& adapter : means) {
      const double share = std::abs(adapter[i]) / total;
      if (share > 0) cells[i].entropy -= share * std::log(share) / most;
    }
  }
  return cells;
}

Rgb adapter_colour(std::size_t adapter, Theme theme) {
  // Methods' colours that stay apart for the colour-blind; what is meant is said beside each.
  static constexpr const char* kNames[] = {"lora", "ft", "xlora"};
  static constexpr const char* kTexts[] = {"#CC79A7", "#E69F00", "#56B4E9"};
  const std::size_t place = adapter % 6;
  return place < 3 ? method_colour(kNames[place], theme) : rgb_from_text(kTexts[place - 3]).value_or(Rgb{});
}

LineStyle adapter_style(std::size_t adapter) {
  LineStyle style;
  style.method = "adapter";
  style.colour = adapter_colour(adapter, Theme::Light);
  return style;
}

FigureData token_figure(const Scalings& scalings, ScalingKind kind, std::size_t token) {
  FigureData figure;
  figure.title = "Adapters by layer";
  figure.x.label = scalings.is_layerwise ? "block" : "all modules";
  figure.y.label = "mean scaling";
  figure.empty_reason = "no scalings";
  std::vector<ScalingRow> rows = scaling_rows(scalings, {});
  std::reverse(rows.begin(), rows.end());
  for (const ScalingRow& row : rows) figure.x.categories.push_back(row.name);
  if (token >= scalings.tokens.size()) return figure;
  figure.note = scalings.tokens[token];
  const auto means = scaling_means(scalings, kind, rows, token, token + 1);
  for (std::size_t n = 0; n < means.size(); ++n) {
    Line line;
    line.name = scalings.adapters[n];
    line.style = adapter_style(n);
    line.shape = Shape::Bars;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      line.x.push_back(static_cast<double>(row));
      line.y.push_back(means[n][row]);
    }
    figure.lines.push_back(std::move(line));
  }
  return figure;
}

TableData scaling_table(const Scalings& scalings, ScalingKind kind, const std::vector<ScalingRow>& rows,
                        std::size_t first, std::size_t last) {
  TableData table;
  table.title = kind == ScalingKind::Predicted ? "Predicted scalings" : "Applied scalings";
  table.columns.push_back({"token"});
  const auto means = scaling_means(scalings, kind, rows, first, last);
  for (const std::string& adapter : scalings.adapters)
    for (const ScalingRow& row : rows) table.columns.push_back({adapter + " " + row.name, "", Align::Right, 3});
  for (std::size_t t = 0; t < last - first; ++t) {
    TableRow line;
    line.cells.push_back({scalings.tokens[first + t], {}, {}});
    for (const auto& adapter : means)
      for (std::size_t row = 0; row < rows.size(); ++row)
        line.cells.push_back({"", adapter[row * (last - first) + t], {}});
    table.rows.push_back(std::move(line));
  }
  return table;
}

}  // namespace lorascope::figures
