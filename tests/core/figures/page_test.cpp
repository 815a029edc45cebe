// What printers, viewers and other programs need of an exported page.

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <locale>
#include <sstream>

#include "core/figures/content.h"
#include "core/figures/table_text.h"
#include "tests/support/catch.h"
#include "tests/support/command_output.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope::figures;

namespace {

FigureData sample_curves() {
  FigureData figure;
  figure.title = "Validation F1";
  figure.note = "mean of 3 seeds";
  figure.x.label = "step";
  figure.x.whole_numbers = true;
  figure.y.label = "validation F1";
  figure.y.unit = "%";
  for (const char* method : {"ft", "lora"}) {
    Line line{method, {}, {}, {.method = method}, Shape::Line, 1};
    for (int i = 0; i < 2000; ++i) {
      line.x.push_back(i);
      line.y.push_back(1234.5 + 0.125 * i * (line.style.method == "ft" ? 1 : 1.5));
    }
    figure.lines.push_back(line);
  }
  return figure;
}

HeatMapData sample_map() {
  HeatMapData map;
  map.title = "Intruder dimensions & <sizes>";
  map.row_label = "layer";
  map.column_label = "module";
  map.rows = {"layer 1", "layer 0"};
  map.columns = {"query", "value", "attention out"};
  map.values = {1, 2.5, 3, 0.25, NAN, 12};
  return map;
}

ParallelData sample_parallel() {
  ParallelData data;
  data.title = "Settings and scores";
  data.axes = {{"learning rate", {}, 1e-5, 1e-3, true}, {"method", {"FT", "LoRA"}}, {"test F1 (%)", {}, 30.5, 41.5}};
  data.lines = {{"FT", {5e-5, 0, 41.5}, {.method = "ft"}, 1}, {"LoRA", {1e-3, 1, 38.5}, {.method = "lora"}, 2}};
  return data;
}

std::vector<Content> pictures() {
  return {sample_curves(), sample_map(), sample_parallel()};
}

/// What the shapes cover: texts by their boxes, clipped paths by the plot.
Box covered(const Drawing& drawing) {
  Box all{1e9, 1e9, -1e9, -1e9};
  const auto add = [&all](double x, double y) {
    all = {std::min(all.left, x), std::min(all.top, y), std::max(all.right, x), std::max(all.bottom, y)};
  };
  for (const DrawnShape& shape : drawing.shapes) {
    if (const auto* text = std::get_if<DrawnText>(&shape)) {
      if (text->text.empty()) continue;
      add(text->box.left, text->box.top);
      add(text->box.right, text->box.bottom);
    } else if (const auto* path = std::get_if<DrawnPath>(&shape); path != nullptr && !path->clipped) {
      for (const Point& point : path->points) add(point.x, point.y);
    }
  }
  return all;
}

/// Whether every tag is closed in order and every attribute quoted. Enough for the XML that the program writes.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string::npos;) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with('?') || tag.starts_with('!')) continue;
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0 || tag.find('<') != std::string::npos) return false;
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
  }
  return open.empty();
}

struct GermanNumbers : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("PDF pages are as large as asked, with embedded fonts and text that can be selected", "[figures]") {
  for (const Content& content : pictures()) {
    INFO(title_of(content));
    RenderOptions options;
    options.width_cm = 8.5;
    const Drawing drawing = layout_content(content, options);
    const std::string pdf = render_pdf(drawing);
    CHECK(drawing.width == Approx(8.5 * 72 / 2.54));
    CHECK(pdf.find("/FontFile") != std::string::npos);
    CHECK(pdf.find("/ToUnicode") != std::string::npos);
    if (std::system("command -v pdftotext >/dev/null 2>&1 && command -v pdffonts >/dev/null 2>&1") != 0) continue;
    const lorascope::test::TemporaryFolder folder;
    const std::string file = (folder.path() / "figure.pdf").string();
    std::ofstream(file, std::ios::binary) << pdf;
    const std::string text = lorascope::test::command_output("pdftotext -layout '" + file + "' -");
    for (const DrawnShape& shape : drawing.shapes) {
      const auto* drawn = std::get_if<DrawnText>(&shape);
      if (drawn == nullptr || drawn->upwards || drawn->text.find_first_of(" …⁻") != std::string::npos) continue;
      INFO(drawn->text);
      CHECK(text.find(drawn->text) != std::string::npos);
    }
    std::istringstream fonts(lorascope::test::command_output("pdffonts '" + file + "' | tail -n +3"));
    int count = 0;
    for (std::string line; std::getline(fonts, line); ++count) {
      INFO(line);
      CHECK(line.find(" yes ") != std::string::npos);
    }
    CHECK(count > 0);
  }
}

TEST_CASE("Pages fit their content tightly and cut no label", "[figures]") {
  for (const Content& content : pictures()) {
    INFO(title_of(content));
    for (const double width_cm : {8.5, 17.0}) {
      RenderOptions options;
      options.width_cm = width_cm;
      const Drawing drawing = layout_content(content, options);
      const Box box = covered(drawing);
      const double most = 2.5 * options.font_size_pt;
      CHECK(Box{0, 0, drawing.width, drawing.height}.contains(box, 0.5));
      CHECK(box.left < most);
      CHECK(box.top < most);
      CHECK(drawing.width - box.right < most);
      CHECK(drawing.height - box.bottom < most);
    }
  }
}

TEST_CASE("SVG is well-formed, says its size and keeps text as text", "[figures]") {
  for (const Content& content : pictures()) {
    INFO(title_of(content));
    const std::string svg = render_svg(layout_content(content));
    CHECK(is_well_formed(svg));
    CHECK(svg.find("viewBox=\"0 0 ") != std::string::npos);
    CHECK(svg.find("xmlns=\"http://www.w3.org/2000/svg\"") != std::string::npos);
    CHECK(svg.find("<text") != std::string::npos);
  }
  CHECK_FALSE(is_well_formed("<a><b></a></b>"));
  CHECK_FALSE(is_well_formed("<a x=\"1></a>"));
}

TEST_CASE("The table twin and the CSV of a map hold its numbers", "[figures]") {
  const HeatMapData map = sample_map();
  const TableData twin = content_table(map);
  REQUIRE(twin.rows.size() == 2);
  CHECK(twin.rows[0].cells[2].value == 2.5);
  CHECK_FALSE(twin.rows[1].cells[2].value.has_value());
  CHECK_THAT(content_csv(map), Catch::Contains("0.25,,12"));
}

TEST_CASE("Exports have a decimal point in a country of decimal commas", "[figures]") {
  std::vector<std::string> plain;
  const auto exports = [] {
    std::vector<std::string> all;
    for (const Content& content : pictures()) {
      for (const std::string& text : {content_csv(content), content_latex(content), render_svg(layout_content(content)),
                                      render_pdf(layout_content(content)), content_json(content),
                                      latex_table(content_table(content)), markdown_table(content_table(content))}) {
        all.push_back(text);
      }
    }
    return all;
  };
  plain = exports();
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new GermanNumbers));
  const char* const c_before = std::setlocale(LC_ALL, nullptr);
  const std::string kept = c_before != nullptr ? c_before : "C";
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "de_DE"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  }
  const std::vector<std::string> german = exports();
  std::setlocale(LC_ALL, kept.c_str());
  std::locale::global(before);
  CHECK(german == plain);
}

TEST_CASE("Legends stand where they are asked for, on no line", "[figures]") {
  const auto parts = [](LegendPlace place) {
    RenderOptions options;
    options.legend = place;
    int legends = 0, names = 0;
    for (const DrawnShape& shape : layout_figure(sample_curves(), options).shapes) {
      const auto* text = std::get_if<DrawnText>(&shape);
      if (text == nullptr) continue;
      legends += text->part == Part::Legend ? 1 : 0;
      names += text->part == Part::Name ? 1 : 0;
    }
    return std::pair(legends, names);
  };
  CHECK(parts(LegendPlace::Auto) == std::pair(0, 2));
  CHECK(parts(LegendPlace::Ends) == std::pair(0, 2));
  CHECK(parts(LegendPlace::Inside) == std::pair(2, 0));
  CHECK(parts(LegendPlace::Below) == std::pair(2, 0));
  CHECK(parts(LegendPlace::None) == std::pair(0, 0));
  RenderOptions inside;
  inside.legend = LegendPlace::Inside;
  const Drawing drawing = layout_figure(sample_curves(), inside);
  for (const DrawnShape& shape : drawing.shapes) {
    const auto* text = std::get_if<DrawnText>(&shape);
    if (text != nullptr && text->part == Part::Legend) CHECK(drawing.plot.contains(text->box, 0.5));
  }
}

TEST_CASE("Greys are grey and tell lines apart by dashes; without dashes all lines are solid", "[figures]") {
  RenderOptions options;
  options.palette = Palette::Greys;
  const FigureData grey = with_palette(sample_curves(), options);
  for (const Line& line : grey.lines) {
    const Rgb colour = line_colour(line.style, Theme::Light);
    CHECK((colour.red == colour.green && colour.green == colour.blue));
  }
  CHECK(dash_pattern(grey.lines[0].style) != dash_pattern(grey.lines[1].style));
  options = {};
  options.dashes = false;
  for (const Line& line : with_palette(sample_curves(), options).lines) CHECK(dash_pattern(line.style).empty());
  CHECK_FALSE(has_own_palette({}));
}
