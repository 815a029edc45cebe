#include "app/lorascope/kit/reference_table.h"

#include "tests/support/catch.h"

using namespace lorascope;

namespace {

store::RunRecord finished(const std::string& group, const std::string& method, const std::string& model, double f1) {
  study::RunSettings settings;
  settings.task = "squad";
  settings.model = model;
  settings.method = study::method_from(method);
  store::RunRecord run;
  run.task = "squad";
  run.method = method;
  run.group = group;
  run.settings = settings.to_json();
  run.state = store::RunState::Finished;
  run.result.scores["eval"]["f1"] = f1;
  run.result.seconds = 10 * f1;
  return run;
}

}  // namespace

TEST_CASE("Quoted numbers stand beside ours of the same task, model and method", "[kit]") {
  const std::vector<store::RunRecord> runs = {
      finished("FT", "ft", "/models/bert-base-uncased", 88), finished("FT", "ft", "/models/bert-base-uncased", 90),
      finished("LoRA", "lora", "bert-base-uncased", 70), finished("LoRA, tuned", "lora", "bert-base-uncased", 85),
      finished("FT", "ft", "bert-large-uncased", 91)};
  const std::vector<study::Reference> references = {
      {"a paper", "squad", "bert-base-uncased", "ft", {{"f1", 88.2}, {"seconds", 25524.57}}},
      {"a paper", "squad", "bert-base-uncased", "lora", {{"f1", 73.9}}},
      {"a paper", "swag", "bert-base-uncased", "lora", {{"accuracy", 0.75}}}};
  const figures::TableData table = app::reference_table(references, runs);
  REQUIRE(table.rows.size() == 2 + 2 + 1);
  const auto& full = table.rows[0].cells;
  CHECK(*full[4].value == 88.2);
  CHECK(*full[5].value == 89);
  CHECK(*full[5].spread == Approx(1.41421356));
  CHECK(*table.rows[1].cells[5].value == 890);
  CHECK(table.rows[2].cells[6].text == "LoRA");
  CHECK(table.rows[3].cells[6].text == "LoRA, tuned");
  CHECK_FALSE(table.rows[3].cells[5].spread.has_value());
  CHECK(table.rows[4].cells[5].empty());
  CHECK(table.rows[4].cells[6].text == "none");
}

TEST_CASE("Runs that did not finish have no numbers", "[kit]") {
  std::vector<store::RunRecord> runs = {finished("FT", "ft", "m", 1)};
  runs[0].state = store::RunState::Failed;
  const std::vector<study::Reference> references = {{"a paper", "squad", "m", "ft", {{"f1", 88.2}}}};
  const figures::TableData table = app::reference_table(references, runs);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].cells[5].empty());
}
