#include "core/figures/render.h"

#include <cmath>
#include <random>

#include "core/base/error.h"
#include "core/figures/text_measure.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;

namespace {

const std::vector<std::string> kMethods = {"ft", "lora", "xlora", "base", "cat"};

Line noisy_line(const std::string& name, const std::string& method, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise;
  Line line{name, {}, {}, {.method = method}, Shape::Line, 1};
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count);
    line.x.push_back(static_cast<double>(i));
    line.y.push_back((0.1 + 0.02 * seed + std::exp(-4 * share)) * std::exp(0.1 * noise(random)));
  }
  return line;
}

FigureData figure_of(std::size_t num_lines, bool log_y, const std::string& suffix = {}) {
  FigureData figure;
  figure.title = "Training loss";
  figure.note = "mean of 3 seeds, smallest to largest";
  figure.x.label = "step";
  figure.y.label = "training loss";
  figure.y.log = log_y;
  for (std::size_t i = 0; i < num_lines; ++i) {
    figure.lines.push_back(
        noisy_line("run " + std::to_string(i) + suffix, kMethods[i % kMethods.size()], 300, static_cast<unsigned>(i)));
    figure.lines.back().style.variation = static_cast<int>(i / kMethods.size());
    figure.lines.back().style.num_variations = static_cast<int>(num_lines);
  }
  return figure;
}

FigureData bars(std::size_t num_layers, const std::string& prefix) {
  FigureData figure;
  figure.title = "Stable rank";
  figure.x.label = "layer";
  figure.y.label = "stable rank";
  for (std::size_t i = 0; i < num_layers; ++i) figure.x.categories.push_back(prefix + std::to_string(i));
  for (const char* method : {"ft", "lora"}) {
    Line line{method, {}, {}, {.method = method}, Shape::Bars, 0};
    for (std::size_t i = 0; i < num_layers; ++i) {
      line.x.push_back(static_cast<double>(i));
      line.y.push_back(1 + static_cast<double>(i % 5));
    }
    figure.lines.push_back(line);
  }
  return figure;
}

FigureData spectra() {
  FigureData figure = figure_of(0, true);
  figure.lines = {noisy_line("FT", "ft", 48, 1), noisy_line("LoRA r 8", "lora", 8, 2)};
  figure.references = {
      {true, 8, "rank 8", LineStyle{.method = "lora"}}, {true, 9, "rank 9", {}}, {false, 0.3, "paper", {}}};
  return figure;
}

std::vector<FigureData> many_figures() {
  std::vector<FigureData> figures = {figure_of(1, false),
                                     figure_of(4, true),
                                     figure_of(12, false),
                                     figure_of(40, true),
                                     figure_of(40, false, " with a long name, lr 1e-3, seed 42"),
                                     figure_of(3, true, std::string(200, 'x')),
                                     bars(12, ""),
                                     bars(24, "layer attention out "),
                                     bars(1, "only "),
                                     spectra(),
                                     FigureData{}};
  figures.push_back(figure_of(2, false));  // a long title, note and axes
  figures.back().title = std::string(150, 'T');
  figures.back().note = std::string(150, 'n');
  figures.back().y.label = std::string(150, 'y');
  figures.back().x.label = std::string(150, 'x');
  for (const std::vector<double>& y : {std::vector<double>{5},
                                       {5, 5, 5},
                                       {NAN, NAN},
                                       {1e308, -1e308, 0},
                                       {INFINITY, 1},
                                       {1e-310, 2e-310},
                                       {0, 0},
                                       {-1, 3, NAN, 2}}) {
    figures.push_back(figure_of(0, false));
    Line line{"odd", {}, y, {.method = "ft", .markers = true}, Shape::Line, 1};
    for (std::size_t i = 0; i < y.size(); ++i) line.x.push_back(static_cast<double>(i));
    figures.back().lines.push_back(line);
    figures.push_back(figures.back());
    figures.back().x.log = figures.back().y.log = true;
  }
  return figures;
}

std::vector<RenderOptions> many_sizes() {
  return {{},
          {.width_cm = 8.5},
          {.width_cm = 17, .height_cm = 6},
          {.width_cm = 4, .height_cm = 3},
          {.width_cm = 30, .height_cm = 20, .font_size_pt = 14},
          {.width_cm = 8.5, .font_size_pt = 12},
          {.title = false},
          {.legend = LegendPlace::Inside},
          {.width_cm = 8.5, .legend = LegendPlace::Ends, .dashes = false},
          {.legend = LegendPlace::None, .palette = Palette::Greys}};
}

// Unclipped shapes and texts lie inside the page.
void check_inside(const Drawing& drawing) {
  const Box page{0, 0, drawing.width, drawing.height};
  for (const DrawnShape& shape : drawing.shapes) {
    if (const auto* text = std::get_if<DrawnText>(&shape)) {
      INFO("text \"" << text->text << "\" at " << text->box.left << " " << text->box.top << " " << text->box.right
                     << " " << text->box.bottom << " of page " << page.right << " " << page.bottom);
      CHECK(page.contains(text->box, 0.5));
    } else if (const auto* path = std::get_if<DrawnPath>(&shape)) {
      for (const Point& point : path->points) {
        const bool finite = std::isfinite(point.x) && std::isfinite(point.y);
        const bool inside = point.x >= 0 && point.x <= page.right && point.y >= 0 && point.y <= page.bottom;
        if (!finite || !(path->clipped || inside))
          FAIL_CHECK("a path leaves the page at " << point.x << ", " << point.y);
      }
    }
  }
}

void check_no_overlaps(const Drawing& drawing) {
  std::vector<const DrawnText*> texts;
  for (const DrawnShape& shape : drawing.shapes) {
    if (const auto* text = std::get_if<DrawnText>(&shape); text && !text->text.empty()) texts.push_back(text);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      // The boxes hold room for accents and descenders; only what lies deeper than that is an overlap.
      Box a = texts[i]->box;
      const double slack = texts[i]->size * 0.2;
      a = {a.left + 0.1, a.top + slack, a.right - 0.1, a.bottom - slack};
      if (a.overlaps(texts[j]->box)) FAIL_CHECK("\"" << texts[i]->text << "\" lies over \"" << texts[j]->text << "\"");
    }
  }
}

}  // namespace

TEST_CASE("Nothing leaves the page and no texts overlap, whatever is drawn", "[figures]") {
  std::size_t index = 0;
  for (const FigureData& figure : many_figures()) {
    for (const RenderOptions& options : many_sizes()) {
      const Drawing drawing = layout_figure(figure, options);
      INFO("figure " << index << ", " << options.width_cm << " x " << options.height_cm << " cm, "
                     << options.font_size_pt << " pt");
      check_inside(drawing);
      if (options.width_cm >= 8 && options.font_size_pt < 10) check_no_overlaps(drawing);
    }
    ++index;
  }
}

TEST_CASE("The same figure gives the same bytes in every format", "[figures]") {
  for (const FigureData& figure : {figure_of(4, true), bars(6, "layer "), spectra(), FigureData{}}) {
    for (const ImageFormat format : {ImageFormat::Pdf, ImageFormat::Svg, ImageFormat::Png}) {
      const std::string first = render(figure, format), second = render(figure, format);
      CHECK(first.size() > 500);
      CHECK(first == second);
    }
  }
}

TEST_CASE("Every format starts and ends as it should", "[figures]") {
  const FigureData figure = figure_of(3, false, " <&\" ünïcode>");
  const std::string pdf = render(figure, ImageFormat::Pdf);
  CHECK(pdf.starts_with("%PDF-1."));
  CHECK(pdf.substr(pdf.size() - 6).find("%%EOF") != std::string::npos);
  const std::string svg = render(figure, ImageFormat::Svg);
  CHECK(svg.starts_with("<?xml"));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg.find("run 0 &lt;&amp;&quot; ünïcode&gt;") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  const std::string png = render(figure, ImageFormat::Png, {.dpi = 100});
  CHECK(png.starts_with("\x89PNG"));
  CHECK(png.find("pHYs") == 8 + 25 + 4);
  CHECK(png.find("IEND") != std::string::npos);
  // Width in pixels: 12 cm at 100 dpi.
  const auto byte = [&png](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(png[at])); };
  CHECK((byte(18) << 8 | byte(19)) == 472);
}

TEST_CASE("Files of long curves stay small", "[figures]") {
  FigureData figure = figure_of(0, false);
  figure.lines.push_back(noisy_line("long", "ft", 1000000, 1));
  CHECK(render(figure, ImageFormat::Pdf).size() < 200000);
  CHECK(render(figure, ImageFormat::Svg).size() < 400000);
}

TEST_CASE("A spike of one point in a million reaches the page", "[figures]") {
  FigureData figure = figure_of(0, false);
  figure.lines.push_back({"flat", {}, std::vector<double>(1000000, 1.0), {.method = "ft"}, Shape::Line, 1});
  for (std::size_t i = 0; i < 1000000; ++i) figure.lines[0].x.push_back(static_cast<double>(i));
  figure.lines[0].y[765432] = 100;
  const Drawing drawing = layout_figure(figure);
  double highest = INFINITY;
  for (const DrawnShape& shape : drawing.shapes) {
    const auto* path = std::get_if<DrawnPath>(&shape);
    if (!path || path->part != Part::Data) continue;
    for (const Point& point : path->points) highest = std::min(highest, point.y);
  }
  CHECK(highest < drawing.plot.top + 0.1 * drawing.plot.height());
}

TEST_CASE("Impossible sizes are refused with the possible ones", "[figures]") {
  const FigureData figure = figure_of(1, false);
  for (const RenderOptions& bad :
       {RenderOptions{.width_cm = 0}, RenderOptions{.width_cm = 1e9}, RenderOptions{.width_cm = NAN},
        RenderOptions{.height_cm = -1}, RenderOptions{.dpi = 5}, RenderOptions{.font_size_pt = 500}}) {
    CHECK_THROWS_AS(render(figure, ImageFormat::Png, bad), lorascope::UsageError);
  }
}

TEST_CASE("Formats follow the ending of the name", "[figures]") {
  CHECK(image_format_of("a/b.PDF") == ImageFormat::Pdf);
  CHECK(image_format_of("x.svg") == ImageFormat::Svg);
  CHECK(image_format_of("x.png") == ImageFormat::Png);
  CHECK_FALSE(image_format_of("x.jpg"));
  CHECK_FALSE(image_format_of("pdf"));
}

TEST_CASE("Names that are no UTF-8 are drawn all the same", "[figures]") {
  CHECK(drawable_text("ä\n\x7F σ") == "ä   σ");
  CHECK(drawable_text("a\xFF\xC3") == "a\uFFFD\uFFFD");
  CHECK(drawable_text("\xC0\xAF\xED\xA0\x80").find_first_not_of("\uFFFD") == std::string::npos);
  CHECK(drawable_text("\xF0\x9F\x98\x80") == "\xF0\x9F\x98\x80");
  FigureData figure = figure_of(2, false, "\xFF\x80\x01 \xE2\x82");
  figure.title = "bad \xC3";
  for (const ImageFormat format : {ImageFormat::Pdf, ImageFormat::Svg, ImageFormat::Png}) {
    CHECK(render(figure, format).size() > 500);
  }
  CHECK(render(figure, ImageFormat::Svg).find('\xFF') == std::string::npos);
}

TEST_CASE("Long texts are cut in their middle", "[figures]") {
  const TextMeasure measure("sans-serif");
  const std::string text = "LoRA r 8, lr 1e-3, warm-up 0.1, seed 42";
  const std::string cut = measure.shortened(text, 8, 80);
  CHECK(measure.width(cut, 8) <= 80);
  CHECK(cut.starts_with("LoRA"));
  CHECK(cut.ends_with("42"));
  CHECK(cut.find("…") != std::string::npos);
  CHECK(measure.shortened(text, 8, 1000) == text);
  CHECK(measure.shortened(text, 8, 0).empty());
  CHECK(measure.shortened("", 8, 0).empty());
  CHECK(text_runs("10⁻³ x") == std::vector<std::pair<std::string, bool>>{{"10", false}, {"−3", true}, {" x", false}});
}
