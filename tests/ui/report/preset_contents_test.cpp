// What presets make of the program's answers, put on pages as they are printed.

#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/figures/content.h"
#include "core/figures/render.h"
#include "core/figures/table_text.h"
#include "tests/support/catch.h"
#include "tests/support/command_output.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/representations/samples.h"
#include "ui/report/program_presets.h"

namespace lorascope::ui {
namespace {

using figures::Box;

constexpr const char* kParts[] = {"attention.self.query", "attention.self.key",  "attention.self.value",
                                  "attention.output.dense", "intermediate.dense", "output.dense"};

/// Numbers of every matrix of an encoder with `layers` layers, under all names that analyses of weights use.
QJsonObject weightsAnswer(int layers) {
  QJsonObject modules;
  for (int layer = 0; layer < layers; ++layer) {
    for (int part = 0; part < 6; ++part) {
      QJsonArray closest, random;
      for (int j = 0; j < 10; ++j) {
        closest.append(1.0 - 0.09 * ((j * part + layer) % 10));
        random.append(1.0 - 0.05 * ((j + layer) % 10));
      }
      const double value = 0.01 * (layer + 1) + 0.1 * part;
      modules.insert(QStringLiteral("encoder.layer.%1.%2").arg(layer).arg(QLatin1String(kParts[part])),
                     QJsonObject{{"closest", closest}, {"random_closest", random}, {"in_base_space", closest},
                                 {"random_in_base_space", random}, {"relative_norm", value}, {"amplification", 10 * value},
                                 {"own_amplification", value}, {"random_amplification", 12 * value},
                                 {"alpha", 2 + value}, {"alpha_error", 0.2}, {"base_alpha", 2.5}, {"random_alpha", 2.6},
                                 {"left_overlap", value}, {"right_overlap", 0.9 - value}, {"left_random", 0.02},
                                 {"right_random", 0.02}, {"cosine", 0.3 - value}, {"norms", QJsonArray{1, 2}}});
    }
  }
  return {{"modules", modules}, {"cosine", 0.1}};
}

QJsonObject answerTo(const QStringList& arguments, int layers) {
  const QString what = arguments.at(arguments.indexOf(QStringLiteral("--what")) + 1);
  return what == "cka" || what == "sensitivity" ? test::sample_analysis(what) : weightsAnswer(layers);
}

std::vector<store::RunRecord> twoSettings() {
  std::vector<store::RunRecord> runs;
  for (const char* method : {"ft", "lora", "lora"}) {
    store::RunRecord run;
    run.id = static_cast<std::int64_t>(runs.size()) + 1;
    run.method = method;
    run.task = "wnut17";
    run.state = store::RunState::Finished;
    run.name = "seed 42";
    run.group = run.id == 1 ? "FT, lr 5e-5" : "LoRA r " + std::to_string(4 * run.id) + ", lr 1e-3";
    run.settings = "{\"training\":{\"learning_rate\":" + std::to_string(run.id) + "}}";
    runs.push_back(std::move(run));
  }
  return runs;
}

/// The page as the printed file has it: fonts inside, as large as asked, every text on it.
void checkPdf(const figures::Drawing& drawing) {
  const std::string pdf = figures::render_pdf(drawing);
  CHECK(pdf.find("/FontFile") != std::string::npos);
  if (std::system("command -v pdffonts >/dev/null 2>&1 && command -v pdftotext >/dev/null 2>&1") != 0) return;
  const lorascope::test::TemporaryFolder folder;
  const std::string file = (folder.path() / "figure.pdf").string();
  std::ofstream(file, std::ios::binary) << pdf;
  std::istringstream fonts(test::command_output("pdffonts '" + file + "' | tail -n +3"));
  for (std::string line; std::getline(fonts, line);) CHECK(line.find(" yes ") != std::string::npos);
  const std::string text = test::command_output("pdftotext -layout '" + file + "' -");
  for (const char* word : {"layer", "query"}) {
    const bool is_drawn = std::any_of(drawing.shapes.begin(), drawing.shapes.end(), [word](const auto& shape) {
      const auto* drawn = std::get_if<figures::DrawnText>(&shape);
      return drawn != nullptr && !drawn->upwards && drawn->text.find(word) != std::string::npos;
    });
    if (is_drawn) CHECK(text.find(word) != std::string::npos);
  }
}

/// Everything inside the page and near its edges; names of rows, columns and axes whole.
void checkPage(const figures::Content& content, double width_cm) {
  figures::RenderOptions options;
  options.width_cm = width_cm;
  const figures::Drawing drawing = figures::layout_content(content, options);
  Box all{1e9, 1e9, -1e9, -1e9};
  for (const figures::DrawnShape& shape : drawing.shapes) {
    const auto* text = std::get_if<figures::DrawnText>(&shape);
    if (text == nullptr || text->text.empty()) continue;
    INFO(text->text);
    CHECK(Box{0, 0, drawing.width, drawing.height}.contains(text->box, 0.5));
    all = {std::min(all.left, text->box.left), std::min(all.top, text->box.top), std::max(all.right, text->box.right),
           std::max(all.bottom, text->box.bottom)};
  }
  const auto is_drawn = [&](const std::string& name) {
    return std::any_of(drawing.shapes.begin(), drawing.shapes.end(), [&](const auto& shape) {
      const auto* text = std::get_if<figures::DrawnText>(&shape);
      return text != nullptr && text->text == name;
    });
  };
  if (const auto* map = std::get_if<figures::HeatMapData>(&content)) {
    for (const std::string& name : map->rows) CHECK(is_drawn(name));
    if (width_cm > 10)
      for (const std::string& name : map->columns) CHECK(is_drawn(name));
  }
  const double most = 3.5 * options.font_size_pt;
  CHECK(all.left < most);
  CHECK(all.top < most);
  CHECK(drawing.height - all.bottom < most);
  checkPdf(drawing);
}

}  // namespace

TEST_CASE("Every preset gives figures and tables that go on a page whole", "[ui][report]") {
  const std::vector<store::RunRecord> runs = twoSettings();
  for (const ProgramPreset& preset : programPresets()) {
    INFO(preset.name.toStdString());
    const std::vector<ProgramStep> steps = preset.steps(runs);
    REQUIRE_FALSE(steps.empty());
    for (const store::RunRecord& run : steps.front().runs) CHECK(steps.front().arguments.contains(QString::number(run.id)));
    CHECK_FALSE(steps.front().runs.empty());
    const std::vector<figures::Content> contents = steps.front().contents(answerTo(steps.front().arguments, 12));
    REQUIRE_FALSE(contents.empty());
    for (const figures::Content& content : contents) {
      INFO(figures::title_of(content));
      CHECK_FALSE(figures::is_empty(content));
      CHECK_FALSE(figures::title_of(content).empty());
      CHECK(figures::content_csv(content).find('\n') != std::string::npos);
      if (figures::is_table(content)) {
        CHECK(figures::latex_table(std::get<figures::TableData>(content), {}).find("\\toprule") != std::string::npos);
        continue;
      }
      for (const double width : {8.5, 17.0}) checkPage(content, width);
    }
  }
}

TEST_CASE("The table of intruders has the count, the count by chance and the size", "[ui][report]") {
  const std::vector<ProgramStep> steps = programPresets().front().steps(twoSettings());
  const auto contents = steps.front().contents(weightsAnswer(6));
  const auto& table = std::get<figures::TableData>(contents.back());
  CHECK(table.rows.size() == 36);
  for (const char* name : {"intruders", "by chance", "‖ΔW‖ / ‖W‖"}) {
    INFO(name);
    CHECK(std::any_of(table.columns.begin(), table.columns.end(), [name](const auto& column) { return column.name == name; }));
  }
}

TEST_CASE("Seeds of one setting are compared with each other, but not those that failed", "[ui][report]") {
  std::vector<store::RunRecord> runs = twoSettings();
  runs[2] = runs[1];
  runs.push_back(runs[1]);
  for (std::size_t i = 1; i < runs.size(); ++i) runs[i].id = static_cast<std::int64_t>(i) + 10;
  runs[2].state = store::RunState::Failed;
  const auto overlap = std::find_if(programPresets().begin(), programPresets().end(), [](const ProgramPreset& preset) {
    return preset.name == QStringLiteral("Subspace similarity");
  });
  REQUIRE(overlap != programPresets().end());
  const std::vector<ProgramStep> steps = overlap->steps(runs);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].arguments.contains(QStringLiteral("11")));
  CHECK(steps[0].arguments.contains(QStringLiteral("13")));
}

TEST_CASE("Runs without one update have no preset of weights", "[ui][report]") {
  std::vector<store::RunRecord> runs = twoSettings();
  for (store::RunRecord& run : runs) run.method = "xlora";
  CHECK(programPresets().front().steps(runs).empty());
}

TEST_CASE("Counts of intruders stand on an axis of whole numbers, other measures do not", "[ui][report]") {
  const auto has_counts = [](const ProgramPreset& preset) {
    const ProgramStep step = preset.steps(twoSettings()).front();
    for (const figures::Content& content : step.contents(answerTo(step.arguments, 2))) {
      const auto* figure = std::get_if<figures::FigureData>(&content);
      if (figure != nullptr && figure->y.whole_numbers) return true;
    }
    return false;
  };
  for (const ProgramPreset& preset : programPresets()) {
    INFO(preset.name.toStdString());
    CHECK(has_counts(preset) == (preset.name == "Intruder dimensions"));
  }
}

}  // namespace lorascope::ui
