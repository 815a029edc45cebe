#include "core/study/run_settings.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/study/settings_fields.h"
#include "tests/support/catch.h"

using namespace lorascope;
using namespace lorascope::study;

TEST_CASE("Settings survive the way through JSON with every field", "[study]") {
  RunSettings settings;
  settings.method = Method::Lora;
  settings.name = "seed 7";
  settings.group = "a group";
  settings.train_file = "/data/ü train.conll";
  settings.adapter = "/adapters/a";
  settings.lora.rank = 4;
  settings.lora.alpha = 8.5;
  settings.lora.dropout = 0.25;
  settings.lora.targets = {"key", "output.dense"};
  settings.lora.target_pattern = "x.*";
  settings.lora.use_rslora = true;
  settings.lora.init = "pissa_niter_4";
  settings.lora.layers = {0, 2};
  settings.lora.rank_pattern = {"query=4"};
  settings.lora.alpha_pattern = {"query=0.5"};
  settings.training.learning_rate = 0.1 + 0.2;
  settings.training.seed = 4294967295;
  settings.training.dropout = 0.0;
  settings.training.batching = Batching::Grouped;
  settings.training.keep_best = true;
  settings.zero_division = 1;
  settings.device = "cuda";
  const RunSettings copy = RunSettings::from_json(settings.to_json());
  CHECK(copy.to_json() == settings.to_json());
  CHECK(copy.lora.targets == settings.lora.targets);
  CHECK(copy.training.learning_rate == settings.training.learning_rate);
  CHECK(copy.training.dropout == settings.training.dropout);
  CHECK(copy.training.seed == settings.training.seed);
  // Each field is read and written under its own key: a changed value must come back changed, and alone.
  for (const SettingsField& field : settings_fields()) {
    INFO(field.key);
    CHECK(field.get(copy) == field.get(settings));
    CHECK(field.set(settings, field.get(settings)));
  }
}

TEST_CASE("The canonical JSON has sorted keys and no LoRA keys in full fine-tuning", "[study]") {
  const std::string json = RunSettings().to_json();
  CHECK(json.find("\"lora\"") == std::string::npos);
  CHECK(json.find(' ') == std::string::npos);
  CHECK(json == Json::parse(json).dump());
}

TEST_CASE("Settings of another task or method are left out", "[study]") {
  RunSettings settings;
  CHECK(settings.to_json().find("\"squad\":{") == std::string::npos);
  settings.task = "squad";
  CHECK(settings.to_json().find("\"squad\":{") != std::string::npos);
  CHECK(settings.to_json().find("train_head") == std::string::npos);
  settings.task = "swag";
  settings.method = Method::Lora;
  CHECK(settings.to_json().find("train_head") != std::string::npos);
  CHECK(settings.to_json().find("\"xlora\":{") == std::string::npos);
}

TEST_CASE("An example's length is the task's where the settings say nothing, as far as the model allows", "[study]") {
  RunSettings settings;
  CHECK(settings.length_limit(512) == 128);
  settings.task = "squad";
  CHECK(settings.length_limit(512) == 384);
  CHECK(settings.length_limit(64) == 64);
  settings.task = "swag";
  CHECK(settings.length_limit(512) == 512);
  settings.training.max_length = 100;
  CHECK(settings.length_limit(64) == 100);
}

TEST_CASE("Span losses see padding where the whole path is the originals', unless the settings say otherwise", "[study]") {
  RunSettings settings;
  settings.task = "squad";
  CHECK_FALSE(settings.has_padded_span_loss());
  settings.training.compatible_path = true;
  CHECK(settings.has_padded_span_loss());
  settings.squad.span_loss = "real";
  CHECK_FALSE(settings.has_padded_span_loss());
}

TEST_CASE("The hash follows what the run computes, not what it is called", "[study]") {
  RunSettings settings;
  const std::string hash = settings.hash();
  CHECK(hash.size() == 64);
  settings.name = "other";
  settings.group = "other";
  settings.export_folder = "/x";
  CHECK(settings.hash() == hash);
  settings.training.seed = 43;
  CHECK(settings.hash() != hash);
}

TEST_CASE("Every wrong key of stored settings is named", "[study]") {
  CHECK(RunSettings::from_json("{}").to_json() == RunSettings().to_json());
  CHECK_THROWS_AS(RunSettings::from_json("nonsense"), StudyError);
  CHECK_THROWS_AS(RunSettings::from_json("[1]"), StudyError);
  try {
    RunSettings::from_json(R"({"training":{"epochs":-1,"batch_size":2.5,"speed":9},"method":"magic"})");
    FAIL("bad settings were taken");
  } catch (const StudyError& problem) {
    CHECK(problem.problems().size() == 4);
    CHECK_THAT(problem.message(), Catch::Contains("training.epochs") && Catch::Contains("training.batch_size") &&
                                      Catch::Contains("training.speed") && Catch::Contains("magic"));
  }
}

TEST_CASE("Only the settings that differ are listed, as people write them", "[study]") {
  RunSettings first;
  RunSettings second;
  CHECK(difference(first, second).empty());
  second.training.learning_rate = 1e-3;
  second.training.dropout = 0.1;
  const std::vector<SettingsDifference> found = difference(first, second);
  REQUIRE(found.size() == 2);
  CHECK(found[0].key == "training.learning_rate");
  CHECK(found[0].first == "5e-5");
  CHECK(found[0].second == "1e-3");
  CHECK(found[1].first == "as the model says");
  second.method = Method::Lora;
  const std::vector<SettingsDifference> methods = difference(first, second);
  const auto rank =
      std::find_if(methods.begin(), methods.end(), [](const auto& row) { return row.key == "lora.rank"; });
  REQUIRE(rank != methods.end());
  CHECK(rank->first.empty());
  CHECK(rank->second == "8");
  CHECK(changed_keys(second) == std::vector<std::string>{"method", "training.learning_rate", "training.dropout"});
}

TEST_CASE("Misspelt names are recognised", "[study]") {
  CHECK(nearest_name("epoch", {"epochs", "seed"}) == "epochs");
  CHECK(nearest_name("lr", {"epochs", "learning_rate"}) == "learning_rate");
  CHECK(nearest_name("zzzzzzzz", {"epochs", "seed"}).empty());
  CHECK(value_text(1e-3) == "1e-3");
  CHECK(value_text(20.0) == "20");
  CHECK(value_text(0.01) == "0.01");
  CHECK(value_text(1.5) == "1.5");
  CHECK(value_text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(value_text(5e-5) == "5e-5");
  CHECK(value_text(1e30) == "1e30");
  CHECK(value_text(Json::array({"a", "b"})) == "a, b");
}
