#include "app/lorascope/kit/kit.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <locale>
#include <map>
#include <thread>

#include "app/lorascope/kit/kit_figures.h"
#include "app/lorascope/kit/kit_report.h"
#include "app/lorascope/kit/selection.h"
#include "core/figures/file_stem.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/report_store.h"
#include "core/store/run_store.h"
#include "tests/app/kit/pinned.h"
#include "tests/support/catch.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"

namespace fs = std::filesystem;
using namespace lorascope;

namespace {

std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

struct Sample {
  test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  test::SampleRuns runs = test::fill_sample_workspace(
      workspace, {.num_steps = 40, .spectrum_length = 16, .with_living = false, .with_trouble = true});

  std::vector<std::int64_t> ids() const {
    std::vector<std::int64_t> all = runs.ft;
    all.insert(all.end(), runs.lora.begin(), runs.lora.end());
    return all;
  }
};

}  // namespace

TEST_CASE("A kit holds figures, tables, settings, commands, versions and a README", "[kit]") {
  Sample sample;
  const fs::path kit = sample.folder.path() / "kit";
  app::write_kit(sample.workspace, sample.ids(), kit);
  const std::map<std::string, std::string> files = content_of(kit);
  for (const char* ending : {".pdf", ".svg", ".png", ".csv"}) {
    for (const char* stem : {"training-loss", "validation-f1", "spectrum-layer-5-value", "stable-rank-query"}) {
      INFO(stem << ending);
      CHECK(files.contains(std::string("figures/") + stem + ending));
    }
  }
  for (const char* path : {"README.md", "commands.sh", "versions.json", "SHA256SUMS", "tables/scores.tex",
                           "tables/scores.csv", "tables/scores.md", "tables/all-scores.csv", "tables/runs.csv",
                           "tables/spectra.csv", "studies/paper-wnut17-minilm.toml"}) {
    INFO(path);
    CHECK(files.contains(path));
  }
  for (const std::int64_t id : sample.ids()) {
    const std::string path = "settings/run-" + std::to_string(id) + ".json";
    REQUIRE(files.contains(path));
    CHECK(Json::parse(files.at(path)) == Json::parse(store::RunStore(sample.workspace).get(id).settings));
    CHECK(files.at("commands.sh").find(store::RunStore(sample.workspace).get(id).command_line) != std::string::npos);
  }
  const Json versions = Json::parse(files.at("versions.json"));
  CHECK(versions["runs"].size() == 6);
  CHECK(versions["runs"][0]["versions"]["libtorch"] == "2.11.0");
  for (const auto& [path, content] : files) {
    if (path == "SHA256SUMS") continue;
    CHECK(files.at("SHA256SUMS").find(sha256(content) + "  " + path + "\n") != std::string::npos);
  }
}

TEST_CASE("The same rows give the same kit byte for byte", "[kit]") {
  Sample sample;
  app::write_kit(sample.workspace, sample.ids(), sample.folder.path() / "first");
  store::Workspace again = store::Workspace::open(sample.workspace.folder());
  app::write_kit(again, sample.ids(), sample.folder.path() / "second");
  CHECK(content_of(sample.folder.path() / "first") == content_of(sample.folder.path() / "second"));
}

TEST_CASE("The kit is the same from any folder, at any time and in any language", "[kit]") {
  Sample sample;
  test::pin_everything(sample.workspace);
  app::write_kit(sample.workspace, sample.ids(), sample.folder.path() / "first");
  const fs::path before = fs::current_path();
  const std::locale locale = std::locale::global(std::locale(std::locale::classic(), new test::GermanNumbers));
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  fs::create_directories(sample.folder.path() / "elsewhere");
  fs::current_path(sample.folder.path() / "elsewhere");
  store::Workspace again = store::Workspace::open(sample.workspace.folder());
  app::write_kit(again, sample.ids(), "ein Ordner mit Lücke");
  const auto second = content_of(sample.folder.path() / "elsewhere" / "ein Ordner mit Lücke");
  fs::current_path(before);
  std::locale::global(locale);
  unsetenv("TZ");
  tzset();
  const auto first = content_of(sample.folder.path() / "first");
  CHECK(first.size() > 100);
  for (const auto& [path, content] : first) {
    INFO(path);
    REQUIRE(second.contains(path));
    CHECK((second.at(path) == content));
  }
  CHECK(second.size() == first.size());
}

TEST_CASE("Pinned figures and tables are in the kit, in their order and styles", "[kit]") {
  Sample sample;
  test::pin_everything(sample.workspace);
  store::ReportStore report(sample.workspace);
  std::vector<store::FigureRecord> records = report.list();
  REQUIRE(records.size() > 8);
  std::vector<std::int64_t> ids;
  for (const store::FigureRecord& record : records) ids.push_back(record.id);
  std::rotate(ids.begin(), ids.end() - 1, ids.end());
  report.set_order(ids);
  records = report.list();
  records[0].label = "fig:Parallel & more";
  records[0].caption = "Hand-written: 50 %";
  figures::ReportStyle style;
  style.render.width_cm = 8.5;
  records[0].style = style.to_json();
  report.put(records[0]);
  const auto runs = app::report_runs(sample.workspace);
  CHECK(runs.size() == store::RunStore(sample.workspace).list().size());
  app::write_kit(sample.workspace, runs, sample.folder.path() / "kit");
  const auto files = content_of(sample.folder.path() / "kit");
  REQUIRE(files.contains("report/01-parallel-more.pdf"));
  CHECK(files.contains("report/01-parallel-more.tex"));
  CHECK_THAT(files.at("report/report.tex"), Catch::Contains("\\caption{Hand-written: 50 \\%}\n  \\label{fig:parallel-more}"));
  // 8.5 cm as a page.
  CHECK_THAT(files.at("report/01-parallel-more.svg"), Catch::Contains("width=\"8.5cm\"") || Catch::Contains("viewBox=\"0 0 240.9"));
  CHECK_THAT(files.at("README.md"), Catch::Contains("- `report/01-parallel-more`: Hand-written: 50 %"));
  CHECK_THAT(files.at("README.md"), Catch::Contains("lorascope export 1 2 3") && Catch::Contains(" --kit FOLDER"));
  CHECK_THAT(files.at("README.md"), Catch::Contains("| seed 42 |"));
  // Pins that show none of the kit's runs stay out.
  store::RunStore store(sample.workspace);
  const store::RunId other = store.create({});
  app::write_kit(sample.workspace, {other}, sample.folder.path() / "other");
  CHECK_FALSE(fs::exists(sample.folder.path() / "other" / "report"));
}

TEST_CASE("A report of pictures without runs makes a kit of all finished runs", "[kit]") {
  Sample sample;
  CHECK(app::report_runs(sample.workspace).empty());
  figures::HeatMapData map;
  map.title = "A map";
  map.rows = map.columns = {"a"};
  map.values = {1};
  figures::ReportQuery query;
  query.kind = figures::ReportKind::Fixed;
  query.fixed = std::make_shared<const figures::Content>(map);
  store::FigureRecord record;
  record.label = "fig:map";
  record.query = query.to_json();
  store::ReportStore(sample.workspace).put(record);
  const auto runs = app::report_runs(sample.workspace);
  CHECK_FALSE(runs.empty());
  for (const auto id : runs) CHECK(store::RunStore(sample.workspace).get(id).state == store::RunState::Finished);
  app::write_kit(sample.workspace, runs, sample.folder.path() / "kit");
  CHECK(fs::exists(sample.folder.path() / "kit" / "report" / "01-map.pdf"));
}

TEST_CASE("A new kit replaces the old one and leaves other files alone", "[kit]") {
  Sample sample;
  const fs::path kit = sample.folder.path() / "kit", outside = sample.folder.path() / "outside.txt";
  app::write_kit(sample.workspace, sample.ids(), kit);
  write_file_atomically(kit / "paper.tex", "mine");
  write_file_atomically(outside, "mine");
  // A list that somebody has changed must not reach files outside the folder.
  const std::string sums = read_file(kit / "SHA256SUMS");
  write_file_atomically(kit / "SHA256SUMS", sums + std::string(64, '0') + "  ../outside.txt\n");
  app::write_kit(sample.workspace, {sample.runs.ft[0]}, kit);
  CHECK(fs::exists(kit / "paper.tex"));
  CHECK(fs::exists(outside));
  CHECK(fs::exists(kit / "settings" / ("run-" + std::to_string(sample.runs.ft[0]) + ".json")));
  CHECK_FALSE(fs::exists(kit / "settings" / ("run-" + std::to_string(sample.runs.lora[0]) + ".json")));
}

TEST_CASE("Kits of no runs, of unknown runs and into files are refused", "[kit]") {
  Sample sample;
  const fs::path kit = sample.folder.path() / "kit";
  CHECK_THROWS_AS(app::write_kit(sample.workspace, {}, kit), UsageError);
  CHECK_THROWS_WITH(app::write_kit(sample.workspace, {4711}, kit), Catch::Contains("4711"));
  CHECK_FALSE(fs::exists(kit));
  write_file_atomically(kit, "a file");
  CHECK_THROWS_WITH(app::write_kit(sample.workspace, sample.ids(), kit), Catch::Contains("it is a file"));
}

TEST_CASE("A run that has only begun still makes a kit", "[kit]") {
  Sample sample;
  const store::RunId run = store::RunStore(sample.workspace).create({});
  app::write_kit(sample.workspace, {run}, sample.folder.path() / "kit");
  CHECK(fs::exists(sample.folder.path() / "kit" / "README.md"));
}

TEST_CASE("Runs are selected by number, name, group and study", "[kit]") {
  Sample sample;
  const auto selected = [&sample](const std::vector<std::string>& selectors, const std::string& study = {}) {
    std::vector<std::int64_t> ids;
    for (const store::RunRecord& run : app::select_runs(sample.workspace, selectors, study)) ids.push_back(run.id);
    return ids;
  };
  CHECK(selected({std::to_string(sample.runs.lora[1])}) == std::vector<std::int64_t>{sample.runs.lora[1]});
  CHECK(selected({"Paper, WNUT17, MiniLM"}) == sample.ids());
  CHECK(selected({}, "Paper, WNUT17, MiniLM") == sample.ids());
  CHECK(selected({}, std::to_string(sample.runs.study)) == sample.ids());
  CHECK(selected({"FT, lr 5e-5", std::to_string(sample.runs.ft[0])}) == sample.runs.ft);
  store::RunStore(sample.workspace).set_name(sample.runs.ft[0], "first");
  CHECK(selected({"first"}) == std::vector<std::int64_t>{sample.runs.ft[0]});
}

TEST_CASE("Selections that fit nothing say what there is", "[kit]") {
  Sample sample;
  const auto hint_of = [&sample](const std::vector<std::string>& selectors, const std::string& study) {
    try {
      app::select_runs(sample.workspace, selectors, study);
    } catch (const UsageError& problem) {
      return problem.message() + " | " + problem.hint();
    } catch (const Error& problem) {
      return "another kind of error: " + problem.message();
    }
    return std::string("selected");
  };
  CHECK_THAT(hint_of({}, ""), Catch::Contains("no runs are chosen") && Catch::Contains("Paper, WNUT17, MiniLM"));
  CHECK_THAT(hint_of({}, "Nonsense"), Catch::Contains("no study \"Nonsense\"") && Catch::Contains("Learning rates"));
  CHECK_THAT(hint_of({"nonsense"}, ""), Catch::Contains("nonsense"));
  CHECK_THAT(hint_of({"4711"}, ""), Catch::Contains("4711"));
}

TEST_CASE("File names are plain", "[kit]") {
  CHECK(figures::file_stem("Layer 5 value") == "layer-5-value");
  CHECK(figures::file_stem("../../etc/passwd") == "etc-passwd");
  CHECK(figures::file_stem("‖ΔW‖") == "w");
  CHECK(figures::file_stem("…") == "figure");
  CHECK(figures::file_stem("strict.f1 (%)") == "strict.f1");
}
