#include "core/figures/heat_map.h"

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "core/figures/colour_scale.h"
#include "core/figures/content.h"
#include "core/figures/pgfplots.h"
#include "core/figures/table_text.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope::figures;

namespace {

HeatMapData sample(std::size_t rows, std::size_t columns) {
  HeatMapData map;
  map.title = "Relative size";
  map.unit = "%";
  for (std::size_t r = 0; r < rows; ++r) map.rows.push_back("layer " + std::to_string(rows - 1 - r));
  for (std::size_t c = 0; c < columns; ++c) map.columns.push_back("module " + std::to_string(c));
  for (std::size_t i = 0; i < rows * columns; ++i) map.values.push_back(0.001 * static_cast<double>(i));
  return map;
}

FigureData curve(std::size_t count) {
  FigureData figure;
  figure.title = "Loss_1";
  figure.x.label = "step";
  figure.y.label = "loss";
  figure.y.log = true;
  Line line;
  line.name = "LoRA r_8";
  line.style.method = "lora";
  for (std::size_t i = 0; i < count; ++i) {
    line.x.push_back(static_cast<double>(i));
    line.y.push_back(i == count / 2 ? 77.5 : 1.0 + std::sin(static_cast<double>(i)) * 0.1);
  }
  figure.bands.push_back({"band", line.x, line.y, line.y, line.style});
  figure.references.push_back({false, 0.5, "paper & co", std::nullopt});
  figure.lines.push_back(std::move(line));
  return figure;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("All cells of a heat map lie inside the page, with their numbers where these fit", "[figures]") {
  for (const auto& [rows, columns, width] :
       {std::tuple(6, 6, 17.0), std::tuple(24, 6, 8.5), std::tuple(40, 60, 12.0)}) {
    const HeatMapData map = sample(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
    RenderOptions options;
    options.width_cm = width;
    const Drawing drawing = layout_heat_map(map, options);
    const Box page{0, 0, drawing.width, drawing.height};
    int cells = 0;
    for (const DrawnShape& shape : drawing.shapes) {
      if (const auto* text = std::get_if<DrawnText>(&shape)) CHECK(page.contains(text->box, 0.5));
      const auto* path = std::get_if<DrawnPath>(&shape);
      if (path == nullptr || path->part != Part::Data) continue;
      ++cells;
      for (const Point& point : path->points) {
        CHECK(point.x <= page.right);
        CHECK(point.y <= page.bottom);
      }
    }
    CHECK(cells == rows * columns);
  }
}

TEST_CASE("A heat map is exported in every format, cells as shapes, and its CSV has every number", "[figures]") {
  const HeatMapData map = sample(3, 4);
  CHECK(render(map, ImageFormat::Pdf).starts_with("%PDF"));
  CHECK(render(map, ImageFormat::Png).substr(1, 3) == "PNG");
  const std::string svg = render(map, ImageFormat::Svg);
  CHECK(svg.find("<image") == std::string::npos);
  CHECK_THAT(svg, Catch::Contains("Relative size"));
  const std::string csv = csv_table(heat_map_table(map));
  CHECK_THAT(csv, Catch::Contains("module 3 (%)"));
  CHECK_THAT(csv, Catch::Contains("layer 0,0.8,0.9"));
}

TEST_CASE("Darker means more on a light ground, and differences are centred on zero", "[figures]") {
  for (double share = 0; share < 0.95; share += 0.1) {
    CHECK(lightness(cell_colour(share + 0.1, false)) < lightness(cell_colour(share, false)));
    CHECK(lightness(cell_colour(share + 0.1, false, Theme::Dark)) > lightness(cell_colour(share, false, Theme::Dark)));
  }
  HeatMapData map = sample(1, 3);
  map.values = {-0.2, NAN, 0.1};
  map.diverging = true;
  CHECK(value_range(map).low == -0.2);
  CHECK(value_range(map).high == 0.2);
  CHECK(map.text(NAN).empty());
  CHECK(map.text(0.023) == "2.3 %");
}

TEST_CASE("pgfplots source holds the numbers, keeps a spike of a long line and escapes names", "[figures]") {
  const std::string short_source = pgfplots_figure(curve(50));
  CHECK_THAT(short_source, Catch::Contains("ymode=log"));
  CHECK_THAT(short_source, Catch::Contains("\\addlegendentry{LoRA r\\_8}"));
  CHECK_THAT(short_source, Catch::Contains("paper \\& co"));
  CHECK_THAT(short_source, Catch::Contains("(25,77.5)"));
  CHECK_THAT(short_source, Catch::Contains("{HTML}{0072B2}"));
  const std::string long_source = pgfplots_figure(curve(100001));
  CHECK_THAT(long_source, Catch::Contains(",77.5"));
  CHECK(long_source.size() < 200000);
  CHECK(count_of(long_source, "{") == count_of(long_source, "}"));
}

TEST_CASE("pgfplots gets whole ticks for an axis of counts", "[figures]") {
  FigureData figure;
  figure.lines.push_back({"LoRA", {0, 1, 2}, {0, 1, 1}, {}, Shape::Line, 0});
  CHECK(pgfplots_figure(figure).find("tick={") == std::string::npos);
  figure.y.whole_numbers = true;
  const std::string source = pgfplots_figure(figure);
  CHECK(source.find("ytick={0,1}") != std::string::npos);
  CHECK(source.find("xtick={") == std::string::npos);
  CHECK(content_table(figure).columns[2].digits == 0);
  figure.lines[0].y[0] = 0.5;  // a mean over seeds is not rounded
  CHECK(content_table(figure).columns[2].digits > 0);
}

TEST_CASE("pdflatex accepts the pgfplots source", "[.slow]") {
  const lorascope::test::TemporaryFolder folder;
  std::ofstream(folder.path() / "figure.tex") << pgfplots_figure(curve(3000), {}, true);
  const std::string command = "cd '" + folder.path().string() +
                              "' && pdflatex -interaction=batchmode -halt-on-error figure.tex >/dev/null 2>&1";
  if (std::system("kpsewhich pgfplots.sty >/dev/null 2>&1") != 0) {
    WARN("pgfplots is not installed");
    return;
  }
  CHECK(std::system(command.c_str()) == 0);
}
