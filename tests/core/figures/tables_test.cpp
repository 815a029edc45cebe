#include <charconv>
#include <clocale>
#include <cmath>
#include <sstream>

#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"
#include "tests/core/figures/records.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;
using lorascope::store::RunRecord;
using lorascope::test::make_run;

namespace {

RunRecord finished(std::int64_t id, const std::string& method, std::uint64_t seed, double f1) {
  RunRecord run = make_run(id, method, seed);
  run.state = lorascope::store::RunState::Finished;
  run.result = {{{"test", {{"f1", f1}, {"LOC.f1", 0.2}, {"loss", 1 - f1}}}},
                100.0 + static_cast<double>(id),
                2000,
                22000000,
                78733,
                500};
  run.best = lorascope::store::BestScore{"f1", f1, 200};
  run.heartbeat.step = run.heartbeat.total_steps = 400;
  return run;
}

const TableCell& cell(const TableData& table, std::size_t row, const std::string& column) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == column) return table.rows.at(row).cells.at(i);
  }
  FAIL("no column " << column);
  throw std::logic_error(column);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

// One line of RFC 4180 with quotes, without line breaks inside fields.
std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

double number(const std::string& text) {
  if (text.empty()) return NAN;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

TEST_CASE("Scores have means and sample deviations over seeds", "[figures]") {
  const std::vector<RunRecord> runs{finished(1, "ft", 42, 0.40), finished(2, "ft", 43, 0.44),
                                    finished(3, "lora", 42, 0.3)};
  const TableData table = score_table(runs);
  REQUIRE(table.rows.size() == 4);
  const TableCell& mean = cell(table, 0, "test F1");
  CHECK(*mean.value == Approx(42));
  CHECK(*mean.spread == Approx(std::sqrt(8.0)));
  CHECK(mean.best);
  CHECK(*cell(table, 0, "runs").value == 2);
  CHECK(table.rows[1].level == 1);
  CHECK(cell(table, 1, "run").text == "seed 42");
  CHECK(*cell(table, 1, "test F1").value == Approx(40));
  CHECK_FALSE(cell(table, 3, "test F1").spread);
  CHECK_FALSE(cell(table, 3, "test F1").best);
  CHECK(*cell(table, 3, "trained").value == 78733);
  CHECK(*cell(table, 0, "best epoch").value == Approx(1.5));  // step 200 of 400 in 3 epochs
  CHECK_FALSE(cell(table, 0, "trained").spread);
}

TEST_CASE("Runs without a result are shown with their state and do not count", "[figures]") {
  std::vector<RunRecord> runs{finished(1, "ft", 42, 0.40), finished(2, "ft", 43, 0.44), make_run(3, "ft", 44)};
  runs[2].state = lorascope::store::RunState::Running;
  const TableData table = score_table(runs);
  CHECK(*cell(table, 0, "runs").value == 2);
  CHECK(*cell(table, 0, "test F1").value == Approx(42));
  CHECK(cell(table, 3, "runs").text == "running");
  CHECK(score_table({}).rows.empty());
  CHECK(score_table(std::vector{make_run(1, "ft", 1)}).rows.size() == 1);
}

TEST_CASE("Scores can be chosen, or all be shown", "[figures]") {
  const std::vector<RunRecord> runs{finished(1, "ft", 42, 0.40)};
  CHECK(*cell(score_table(runs, {.all_scores = true}), 0, "test LOC F1").value == Approx(20));
  ScoreTableOptions chosen;
  chosen.scores = {"test/loss"};
  const TableData table = score_table(runs, chosen);
  CHECK(*cell(table, 0, "test loss").value == Approx(0.6));
  CHECK(table.columns[2].better == Better::Lower);
}

TEST_CASE("Values that print alike are equally good", "[figures]") {
  TableData table;
  table.columns = {{"name", "", Align::Left, 0, Better::None}, {"F1", "%", Align::Right, 1, Better::Higher}};
  for (const double value : {41.21, 41.24, 40.0})
    table.rows.push_back({{{"x", {}, {}, false}, {"", value, {}, false}}, 0, "", 0});
  mark_best(table);
  CHECK(table.rows[0].cells[1].best);
  CHECK(table.rows[1].cells[1].best);
  CHECK_FALSE(table.rows[2].cells[1].best);
}

TEST_CASE("LaTeX text is escaped", "[figures]") {
  CHECK(latex_escaped("50% of R&D_1 #2 {a} ~b^c $d \\e") ==
        "50\\% of R\\&D\\_1 \\#2 \\{a\\} \\textasciitilde{}b\\textasciicircum{}c \\$d \\textbackslash{}e");
  CHECK(latex_escaped("‖ΔW‖ ± σ, 10⁻³ — a<b") ==
        "$\\Vert$$\\Delta$W$\\Vert$ $\\pm$ $\\sigma$, 10$^{-}$$^{3}$ --- a\\textless{}b");
  CHECK(latex_escaped("ümlaut\x01") == "ümlaut");
}

TEST_CASE("LaTeX tables have booktabs rules and as many cells in every row", "[figures]") {
  const std::vector<RunRecord> runs{finished(1, "ft", 42, 0.40), finished(2, "ft", 43, 0.44),
                                    finished(3, "lora", 42, 0.3)};
  TableData table = score_table(runs);
  table.rows[0].cells[0].text = "FT & co_1";
  const std::string text = latex_table(table, {.label = "scores"});
  for (const char* part : {"\\toprule", "\\midrule", "\\bottomrule", "\\label{tab:scores}", "FT \\& co\\_1",
                           "\\textbf{42.00} $\\pm$ 2.83", "F1 (\\%)", "\\quad seed 42", "78,733"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
  int braces = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && text[i - 1] == '\\') continue;
    braces += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    CHECK(braces >= 0);
  }
  CHECK(braces == 0);
  for (const std::string& line : split(text, '\n')) {
    if (line.find(" \\\\") == std::string::npos) continue;
    std::size_t cells = 1;
    for (std::size_t i = 1; i < line.size(); ++i) cells += line[i] == '&' && line[i - 1] != '\\' ? 1 : 0;
    CHECK(cells == table.columns.size());
  }
  CHECK(latex_table(table, {.document = true}).find("\\end{document}") != std::string::npos);
}

TEST_CASE("Tables come back from CSV with every digit", "[figures]") {
  const std::vector<RunRecord> runs{finished(1, "ft", 42, 1.0 / 3), finished(2, "ft", 43, 0.44)};
  TableData table = score_table(runs);
  table.rows[0].cells[0].text = "a, \"quoted\" name";
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  const std::vector<std::string> lines = split(csv_table(table), '\n');
  std::setlocale(LC_ALL, before.c_str());
  REQUIRE(lines.size() == 4);
  const std::vector<std::string> header = csv_fields(lines[0]), group = csv_fields(lines[1]),
                                 run = csv_fields(lines[2]);
  CHECK(group[0] == "group");
  CHECK(group[1] == "a, \"quoted\" name");
  CHECK(run[0] == "run");
  CHECK(header[3] == "test F1 (%)");
  CHECK(header[4] == "test F1 (%) sd");
  CHECK(number(group[3]) == *table.rows[0].cells[2].value);
  CHECK(number(group[4]) == *table.rows[0].cells[2].spread);
  CHECK(number(run[3]) == 1.0 / 3 * 100);
  CHECK(run[4].empty());
  for (const std::string& line : lines) CHECK(csv_fields(line).size() == header.size());
}

TEST_CASE("Markdown tables keep their columns", "[figures]") {
  TableData table = score_table(std::vector<RunRecord>{finished(1, "ft", 42, 0.4)});
  table.rows[0].cells[0].text = "a|b\nc";
  const std::string text = markdown_table(table);
  CHECK(text.find("a\\|b  c") != std::string::npos);
  CHECK(split(text, '\n').size() == 3);
}

TEST_CASE("The CSV of a figure holds exactly the drawn numbers", "[figures]") {
  FigureData figure;
  figure.x.label = "step";
  figure.y = {"F1", "%", false, false, {}, {}, {}};
  figure.lines.push_back({"LoRA r 8, lr 1e-3", {1, 2, 3}, {1.0 / 3, NAN, 1e-300}, {.method = "lora"}, Shape::Line, 1});
  figure.bands.push_back({"band", {1}, {0.1}, {0.7}, {}});
  figure.references.push_back({false, 44.5, "paper", {}});
  const std::vector<std::string> lines = split(figure_csv(figure), '\n');
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "line,role,step,F1 (%),low,high");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<std::string> fields = csv_fields(lines[i + 1]);
    CHECK(fields[0] == "LoRA r 8, lr 1e-3");
    CHECK(fields[1] == "curve");
    CHECK(number(fields[2]) == figure.lines[0].x[i]);
    if (!std::isnan(figure.lines[0].y[i])) CHECK(number(fields[3]) == figure.lines[0].y[i]);
  }
  CHECK(csv_fields(lines[2])[3].empty());
  CHECK(lines[4] == "band,band,1,,0.1,0.7");
  CHECK(lines[5] == "paper,reference,,44.5,,");
}

TEST_CASE("Categories are named in the CSV of a figure", "[figures]") {
  FigureData figure;
  figure.x.categories = {"layer 0", "layer 1"};
  figure.lines.push_back({"FT", {0, 1}, {5, 6}, {}, Shape::Bars, 0});
  CHECK(figure_csv(figure) == "line,role,x,y,low,high\nFT,bar,layer 0,5,,\nFT,bar,layer 1,6,,\n");
}
