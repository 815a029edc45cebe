#include "core/store/run_store.h"

#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/store/study_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

namespace {

study::RunSettings settings_named(const std::string& name, study::Method method = study::Method::Lora) {
  study::RunSettings settings;
  settings.name = name;
  settings.group = "LoRA r 8";
  settings.method = method;
  return settings;
}

}  // namespace

TEST_CASE("A new run is queued and holds its settings", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  study::RunSettings settings = settings_named("seed 42");
  settings.training.learning_rate = 1e-3;
  const RunId id = runs.create(settings, {}, "lorascope train …");

  const RunRecord record = runs.get(id);
  CHECK(record.state == RunState::Queued);
  CHECK(record.name == "seed 42");
  CHECK(record.group == "LoRA r 8");
  CHECK(record.method == "lora");
  CHECK(record.command_line == "lorascope train …");
  CHECK(record.settings_hash == settings.hash());
  CHECK(study::RunSettings::from_json(record.settings).training.learning_rate == 1e-3);
  CHECK(record.started == 0);
  CHECK_FALSE(record.best);
}

TEST_CASE("States set the times that follow from them", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create(settings_named("a"));
  runs.set_state(id, RunState::Running);
  const double started = runs.get(id).started;
  CHECK(started > 0);
  runs.set_state(id, RunState::Failed, "out of memory", "use a smaller batch");
  RunRecord record = runs.get(id);
  CHECK(record.ended >= started);
  CHECK(record.reason == "out of memory");
  CHECK(record.hint == "use a smaller batch");
  runs.set_state(id, RunState::Running);
  record = runs.get(id);
  CHECK(record.started == started);
  CHECK(record.ended == 0);
  CHECK(record.reason.empty());
  CHECK_FALSE(runs.change_state(id, {RunState::Paused}, RunState::Stopped));
  CHECK(runs.change_state(id, {RunState::Running, RunState::Paused}, RunState::Stopped));
  CHECK(runs.get(id).state == RunState::Stopped);
}

TEST_CASE("Everything of a run comes back as it was written", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create(settings_named("a"));
  runs.set_process(id, 12, 34);
  runs.set_environment(id, {"cpu", "{\"libtorch\":\"2.11\"}", "{}", "abc"});
  runs.set_best(id, {"f1", 0.44, 200});
  runs.set_result(id, {{{"test", {{"f1", 0.41}, {"loss", 0.3}}}}, 12.5, 900, 22000000, 75000, 512});
  runs.write_heartbeat(id, {1000, 20, 100, 0.7, 850, 12, 300, "training"});
  runs.add_evaluation(id, {20, 1.0, "eval", {{"f1", 0.4}}, 0.5, 0});
  runs.add_evaluation(id, {20, 1.0, "eval", {{"f1", 0.43}}, 0.5, 0});
  runs.add_spectra(id,
                   {{10, "layer.0.query", {3, 2, 1}, 9}, {10, "layer.0.value", {5}, 0}, {20, "layer.0.query", {4}, 9}});
  runs.set_first_batch(id, "{\"tokens\":[]}");
  runs.add_predictions(id, 10, "test", {{0, "old"}});
  runs.add_predictions(id, 20, "test", {{1, "b"}, {0, "a"}});
  runs.add_artifact(id, {"checkpoint", "artifacts/run-1/checkpoint-10", 100, "", 10, 0});
  runs.add_event(id, "info", "first");
  runs.add_event(id, "warning", "second");

  const RunRecord record = runs.get(id);
  CHECK(record.pid == 12);
  CHECK(record.environment.model_hash == "abc");
  REQUIRE(record.best);
  CHECK(record.best->value == 0.44);
  CHECK(record.result.scores.at("test").at("f1") == 0.41);
  CHECK(record.result.parameters_trainable == 75000);
  CHECK(record.heartbeat.step == 20);
  CHECK(record.heartbeat.phase == "training");
  REQUIRE(runs.evaluations(id).size() == 1);
  CHECK(runs.evaluations(id)[0].scores.at("f1") == 0.43);
  REQUIRE(runs.spectra(id).size() == 3);
  CHECK(runs.spectra(id)[0].values == std::vector<double>{3, 2, 1});
  CHECK(runs.spectra(id)[0].base_norm == 9);
  CHECK(runs.spectra(id, 10).size() == 1);
  CHECK(runs.spectra(id, INT64_MIN, "layer.0.value").size() == 1);
  CHECK(runs.spectrum_steps(id) == std::vector<std::int64_t>{10, 20});
  CHECK(runs.first_batch(id) == "{\"tokens\":[]}");
  REQUIRE(runs.predictions(id, "test").size() == 2);
  CHECK(runs.predictions(id, "test")[0].content == "a");
  CHECK(runs.artifacts(id, "checkpoint").size() == 1);
  CHECK(runs.artifacts(id, "model").empty());
  const std::vector<Event> events = runs.events(id);
  REQUIRE(events.size() == 2);
  CHECK(events[1].text == "second");
  CHECK(runs.events(id, events[0].id).size() == 1);
  CHECK(runs.events(id, 0, 1)[0].text == "second");
}

TEST_CASE("Going back to a checkpoint forgets what came after it", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create(settings_named("a"));
  const RunId other = runs.create(settings_named("b"));
  for (const RunId run : {id, other}) {
    runs.add_spectra(run, {{10, "m", {1}, 0}, {20, "m", {2}, 0}});
    runs.add_evaluation(run, {20, 1, "eval", {}, 0, 0});
  }
  runs.forget_after(id, 10);
  CHECK(runs.spectra(id).size() == 1);
  CHECK(runs.evaluations(id).empty());
  CHECK(runs.spectra(other).size() == 2);
}

TEST_CASE("The queue hands out each run once, in the order that was asked for", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId a = runs.create(settings_named("a"));
  const RunId b = runs.create(settings_named("b"));
  const RunId c = runs.create(settings_named("c"));
  runs.move_in_queue(c, b);
  runs.move_in_queue(a, std::nullopt);
  std::vector<RunId> order;
  for (const RunRecord& run : runs.queued()) order.push_back(run.id);
  CHECK(order == std::vector<RunId>{c, b, a});
  CHECK(runs.take_next_queued()->id == c);
  CHECK(runs.get(c).state == RunState::Starting);
  CHECK(runs.take_next_queued()->id == b);
  CHECK(runs.take_next_queued()->id == a);
  CHECK_FALSE(runs.take_next_queued());
  CHECK_THROWS_WITH(runs.move_in_queue(a, b), Catch::Contains("does not wait"));
}

TEST_CASE("A run is found by number, by run-number and by a name of its own", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId a = runs.create(settings_named("a"));
  runs.create(settings_named("twin"));
  runs.create(settings_named("twin"));
  CHECK(runs.get("1").id == a);
  CHECK(runs.get("run-1").id == a);
  CHECK(runs.get("a").id == a);
  CHECK(runs.get("LoRA r 8 / a").id == a);
  CHECK_THROWS_WITH(runs.get("twin"), Catch::Contains("2, 3"));
  CHECK_THROWS_WITH(runs.get("9"), Catch::Contains("no run 9"));
  CHECK_THROWS_WITH(runs.get("nobody"), Catch::Contains("nobody"));
  CHECK_THROWS_AS(runs.set_starred(9, true), Error);
  CHECK_THROWS_AS(runs.set_state(9, RunState::Running), Error);
}

TEST_CASE("Marks are kept; the trash hides a run until it is deleted for good", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create(settings_named("a"));
  runs.set_name(id, "renamed");
  runs.set_note(id, "# why");
  runs.add_tag(id, "paper");
  runs.add_tag(id, "best");
  runs.add_tag(id, "best");
  runs.set_colour(id, "#112233");
  runs.set_starred(id, true);
  runs.set_hidden(id, true);
  RunRecord record = runs.list().at(0);
  CHECK(record.name == "renamed");
  CHECK(record.note == "# why");
  CHECK(record.tags == std::vector<std::string>{"best", "paper"});
  CHECK(record.colour == "#112233");
  CHECK(record.starred);
  CHECK(record.hidden);
  runs.remove_tag(id, "best");
  CHECK(runs.get(id).tags == std::vector<std::string>{"paper"});

  runs.set_state(id, RunState::Running);
  CHECK_THROWS_WITH(runs.set_trashed(id, true), Catch::Contains("is running"));
  CHECK_THROWS_WITH(runs.delete_permanently(id), Catch::Contains("is running"));
  runs.set_state(id, RunState::Stopped);
  runs.set_trashed(id, true);
  CHECK(runs.list().empty());
  CHECK(runs.list(Trash::Only).size() == 1);
  runs.set_trashed(id, false);
  CHECK(runs.list().size() == 1);

  std::ofstream(workspace.run_folder(id) / "log.txt") << "text";
  runs.add_spectra(id, {{1, "m", {1}, 0}});
  runs.delete_permanently(id);
  CHECK(runs.list(Trash::With).empty());
  CHECK(runs.spectra(id).empty());
  CHECK_FALSE(std::filesystem::exists(workspace.folder() / "artifacts" / "run-1"));
}

TEST_CASE("A study and its runs are stored in one piece", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  StudyStore studies(workspace);
  RunStore runs(workspace);
  const std::int64_t id = studies.add({0, "mine", "name = \"mine\"", "/a/b.toml", "", 0},
                                      {settings_named("a"), settings_named("b")}, {"first", "second"});
  REQUIRE(studies.find(id));
  CHECK(studies.find(id)->source == "name = \"mine\"");
  CHECK(studies.find(id)->hash.size() == 64);
  CHECK(studies.runs(id).size() == 2);
  CHECK(runs.get(studies.runs(id)[1]).command_line == "second");
  CHECK(runs.get(studies.runs(id)[1]).study == "mine");
  studies.rename(id, "ours");
  CHECK(studies.list().at(0).name == "ours");
  CHECK_FALSE(studies.find(99));
}

TEST_CASE("A run that mixes adapters waits for the runs that train them", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  study::Study study;
  study::RunSettings mixing = settings_named("sum", study::Method::Merge);
  mixing.xlora.adapters = {"wnut17=LoRA / a", "squad=LoRA / b"};
  study.runs = {settings_named("a"), settings_named("b"), mixing, settings_named("c")};
  study.parents = {{}, {}, {0, 1}, {}};
  StudyStore studies(workspace);
  RunStore runs(workspace);
  const auto ids = studies.runs(studies.add({0, "mine", "text", "", "", 0}, study,
                                            [](const study::RunSettings& run) { return "run " + run.name; }));
  REQUIRE(ids.size() == 4);
  CHECK(study::RunSettings::from_json(runs.get(ids[2]).settings).xlora.adapters ==
        std::vector<std::string>{"wnut17=run:" + std::to_string(ids[0]), "squad=run:" + std::to_string(ids[1])});
  CHECK(runs.get(ids[2]).command_line == "run sum");

  CHECK(runs.take_next_queued()->id == ids[0]);
  CHECK(runs.take_next_queued()->id == ids[1]);
  runs.set_state(ids[0], RunState::Finished);
  SECTION("until all of them have finished") {
    CHECK(runs.take_next_queued()->id == ids[3]);
    CHECK_FALSE(runs.take_next_queued());
    runs.set_state(ids[1], RunState::Finished);
    CHECK(runs.take_next_queued()->id == ids[2]);
  }
  SECTION("and ends with a reason where one failed") {
    runs.set_state(ids[1], RunState::Failed, "out of memory");
    CHECK(runs.take_next_queued()->id == ids[3]);
    const RunRecord ended = runs.get(ids[2]);
    CHECK(ended.state == RunState::Failed);
    CHECK_THAT(ended.reason, Catch::Contains("run " + std::to_string(ids[1]) + " (LoRA r 8 / b)"));
    CHECK_THAT(ended.hint, Catch::Contains("resume run " + std::to_string(ids[1])));
  }
  SECTION("and is stopped with one that was stopped") {
    runs.set_state(ids[1], RunState::Stopped);
    CHECK(runs.take_next_queued()->id == ids[3]);
    CHECK(runs.get(ids[2]).state == RunState::Stopped);
  }
  SECTION("and fails where one was deleted") {
    runs.set_state(ids[1], RunState::Finished);
    runs.delete_permanently(ids[1]);
    CHECK(runs.take_next_queued()->id == ids[3]);
    CHECK_THAT(runs.get(ids[2]).reason, Catch::Contains("is gone"));
  }
}
