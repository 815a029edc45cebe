#include "ui/representations/analysis_figures.h"

#include <algorithm>
#include <set>

#include "tests/support/catch.h"
#include "tests/ui/representations/samples.h"

namespace lorascope::ui {
namespace {

using test::sample_analysis;

TEST_CASE("Sensitivity is a line with a band a model, between the middle and the base's layer 0", "[representations]") {
  const figures::FigureData figure = sensitivityFigure(sample_analysis("sensitivity"));
  REQUIRE(figure.lines.size() == 3);
  REQUIRE(figure.bands.size() == 3);
  CHECK(figure.lines[0].style.method == "base");
  CHECK(figure.lines[2].style.method == "lora");
  CHECK(figure.lines[2].run_id == 4);
  CHECK(figure.lines[1].y[2] == Approx(0.42));
  CHECK(figure.bands[1].low[2] == Approx(0.4));
  REQUIRE(figure.references.size() == 2);
  CHECK(figure.references[0].value == 0.5);
  CHECK(figure.references[1].value == Approx(0.3));
  CHECK(sensitivityFigure({}).empty());
}

TEST_CASE("Kinds of pairs are told apart by their side", "[representations]") {
  const figures::FigureData figure = kindsFigure(sample_analysis("sensitivity"), 1);
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.note == "FT, seed 42");
  CHECK(figure.lines[0].name == "passive");
  CHECK(figure.lines[0].style.method != figure.lines[1].style.method);
  CHECK(figure.lines[1].y == std::vector<double>{0, 1, 2});
}

TEST_CASE("The map of CKA has the base's layers as columns and the last layer on top", "[representations]") {
  const HeatMap map = ckaMap(sample_analysis("cka"), 1);
  CHECK(map.rows == std::vector<QString>{"layer 2", "layer 1", "layer 0"});
  CHECK(map.columns == std::vector<QString>{"0", "1", "2"});
  // values[layer of the base][layer of the run]
  CHECK(map.at(0, 1) == Approx(0.1 * 1 + 0.01 * 2));
  CHECK(map.at(2, 2) == Approx(0.2));
  CHECK(map.title.contains("LoRA r 8"));
  const QString caption = ckaCaption(sample_analysis("cka"), 0);
  CHECK(caption.contains("6,012"));
  CHECK(caption.contains("384"));
  CHECK(caption.contains("0.004"));
  CHECK(caption.contains("0.06"));
  CHECK(caption.contains("FT, seed 42"));
  CHECK(sourceName(sample_analysis("cka")) == "generated sentences");
  CHECK(sourceName({{"source", "/data/some text.conll"}}) == "some text.conll");
}

TEST_CASE("Distances have bands where tokens differ, and none where there is one number a layer", "[representations]") {
  const figures::FigureData relative = distancesFigure(sample_analysis("distances"), "relative");
  REQUIRE(relative.lines.size() == 2);
  CHECK(relative.lines[0].name == "FT, seed 42");
  CHECK(relative.bands.size() == 2);
  CHECK(relative.bands[0].high[0] == Approx(0.5));
  const figures::FigureData rotation = distancesFigure(sample_analysis("distances"), "procrustes");
  CHECK(rotation.bands.empty());
  CHECK(rotation.lines[1].y[1] == Approx(0.51 / 4));
  CHECK(distancesFigure(sample_analysis("distances"), "rsa").lines[0].y[0] == Approx(0.9));
}

TEST_CASE("Ways of tokens lead from layer to layer on shared axes", "[representations]") {
  const QJsonObject analysis = sample_analysis("pca");
  const figures::FigureData axis = axisFigure(analysis, 0, 2);
  REQUIRE(axis.lines.size() == 3 * 6);
  CHECK(axis.lines[0].name == "helped, base model");
  CHECK(axis.lines[0].y == std::vector<double>{2, 3, 4});
  CHECK(axis.y.label.find("40.0 %") != std::string::npos);
  CHECK(axisFigure(analysis, 0, 5).lines.size() == 3 * 3);
  const figures::FigureData plane = planeFigure(analysis, 0);
  REQUIRE(plane.lines.size() == 3 * 6 * 2);
  CHECK(plane.lines[1].x == std::vector<double>{1, 2});
  CHECK(plane.lines[1].y == std::vector<double>{-1, -2});
  CHECK(plane.lines[1].name == "the, base model");
  CHECK(plane.lines[1].style.role == figures::Role::Main);
  CHECK(plane.lines[2].style.role == figures::Role::Single);
}

TEST_CASE("A probe is drawn with its control", "[representations]") {
  const figures::FigureData figure = probeFigure(sample_analysis("probe"), "uuas");
  REQUIRE(figure.lines.size() == 6);
  CHECK(figure.lines[1].y == std::vector<double>{0.2, 0.2, 0.2});
  CHECK(figure.lines[1].style.role == figures::Role::Single);
  CHECK(probeFigure(sample_analysis("probe"), "selectivity").lines.size() == 3);
  CHECK(probeFigure(sample_analysis("probe"), "selectivity").lines[0].y[0] == Approx(0.1));
}

}  // namespace
}  // namespace lorascope::ui
