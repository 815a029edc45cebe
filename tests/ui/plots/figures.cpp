#include "tests/ui/plots/figures.h"

#include <cmath>
#include <random>

#include "core/figures/smoothing.h"

namespace lorascope::test {

figures::Line noisy_line(const std::string& name, const std::string& method, std::size_t num_points, unsigned seed) {
  figures::Line line;
  line.name = name;
  line.style.method = method;
  line.run_id = seed;
  std::mt19937 random(seed);
  const double floor = method == "ft" ? 0.04 : 0.1 + 0.1 * seed;
  for (std::size_t i = 0; i < num_points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(num_points);
    const double noise = static_cast<double>(random() % 1000) / 1000.0 - 0.5;
    line.x.push_back(static_cast<double>(i));
    line.y.push_back((floor + (0.8 - floor) * std::exp(-5 * share)) * (1 + 0.4 * noise));
  }
  return line;
}

figures::FigureData loss_figure(std::size_t num_points) {
  figures::FigureData figure;
  figure.title = "Training loss";
  figure.note = "smoothed over all points";
  figure.x.label = "step";
  figure.x.whole_numbers = true;
  figure.y.label = "training loss";
  figure.y.log = true;
  unsigned seed = 0;
  for (const auto& [name, method] :
       {std::pair("LoRA lr 5e-5", "lora"), std::pair("LoRA lr 1e-3", "lora"), std::pair("FT lr 5e-5", "ft")}) {
    figures::Line raw = noisy_line(name, method, num_points, ++seed);
    raw.style.variation = seed == 2 ? 1 : 0;
    raw.style.num_variations = seed <= 2 ? 2 : 1;
    figures::Line smooth = raw;
    smooth.y = figures::smoothed(raw.y, 0.95);
    raw.style.role = figures::Role::Raw;
    figures::Band band{name, raw.x, {}, {}, raw.style};
    for (const double y : smooth.y) {
      band.low.push_back(y * 0.88);
      band.high.push_back(y * 1.12);
    }
    figure.bands.push_back(std::move(band));
    figure.lines.push_back(std::move(raw));
    figure.lines.push_back(std::move(smooth));
  }
  return figure;
}

figures::FigureData score_figure() {
  figures::FigureData figure;
  figure.title = "Entity F1";
  figure.note = "evaluated each epoch";
  figure.x.label = "step";
  figure.x.whole_numbers = true;
  figure.y.label = "entity F1";
  figure.y.unit = "%";
  const std::vector<std::pair<std::string, double>> tops = {
      {"ft", 43.2}, {"xlora", 41.2}, {"lora", 39.7}, {"lora", 27.7}};
  for (std::size_t i = 0; i < tops.size(); ++i) {
    figures::Line line;
    line.name = tops[i].first == "ft"      ? "FT 5e-5"
                : tops[i].first == "xlora" ? "X-LoRA"
                : i == 2                   ? "LoRA 1e-3"
                                           : "LoRA 5e-5";
    line.style = {.method = tops[i].first,
                  .variation = i == 3 ? 1 : 0,
                  .num_variations = i >= 2 ? 2 : 1,
                  .markers = true,
                  .colour = {}};
    line.run_id = static_cast<std::int64_t>(i) + 1;
    for (int k = 0; k <= 10; ++k) {
      line.x.push_back(200 * k);
      line.y.push_back(tops[i].second * (1 - std::exp(-0.45 * k)));
    }
    figure.lines.push_back(std::move(line));
  }
  figure.references.push_back({.vertical = false, .value = 44.5, .label = "paper, BERT-base FT 44.5", .style = {}});
  return figure;
}

}  // namespace lorascope::test
