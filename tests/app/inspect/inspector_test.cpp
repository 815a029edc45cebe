#include "app/lorascope/inspect/inspector.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>

#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/inspect/answer_json.h"
#include "app/lorascope/inspect/hidden_summary.h"
#include "app/lorascope/inspect/serve.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/files/adapter_folder.h"
#include "core/files/xlora_folder.h"
#include "core/tasks/mixture_model.h"
#include "core/train/evaluator.h"
#include "core/train/token_evaluator.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using namespace lorascope::app;
using namespace lorascope::app::inspect;
namespace fs = std::filesystem;

namespace {

/// A tiny model of a family with a head for a task, two adapters, an X-LoRA over them and a fine-tuned copy.
struct Folder {
  test::TemporaryFolder place;
  fs::path path = place.path();
  files::ModelConfig config;
  std::string task;

  explicit Folder(const std::string& wanted = "wnut17", bool is_distilbert = false) : task(wanted) {
    config = is_distilbert ? test::tiny_distilbert_config() : test::tiny_config();
    test::write_tiny_model(path / "words");
    write_model("model", 1);
    write_model("tuned", 9);
    files::AdapterConfig adapter;
    adapter.rank = 3;
    adapter.alpha = 6;
    adapter.target_modules.names = files::family_names(config.family).lora_targets;
    std::vector<files::AdapterFolder> folders;
    for (const char* name : {"north", "south"}) {
      files::write_adapter_folder(path / name, adapter,
                                  test::tiny_adapter_tensors(config, adapter, static_cast<std::uint64_t>(name[0]), 0));
      folders.push_back(files::read_adapter_folder(path / name));
    }
    files::XloraConfig gate;
    gate.is_layerwise = true;
    gate.depth = 1;
    const files::ModelFolder model = files::load_model_folder(path / "model");
    files::write_xlora_folder(path / "mixture",
                              tasks::new_xlora(model, {&folders[0], &folders[1]}, gate, 5));
  }

  void write_model(const char* name, std::uint64_t seed) const {
    const bool is_choice = task == "swag";
    files::TensorMap tensors = test::tiny_tensors(config, seed, task == "squad" ? 2 : is_choice ? 1 : 13, is_choice);
    if (task == "squad") {
      tensors["qa_outputs.weight"] = tensors.at("classifier.weight");
      tensors["qa_outputs.bias"] = tensors.at("classifier.bias");
      tensors.erase("classifier.weight");
      tensors.erase("classifier.bias");
    }
    files::write_model_folder(path / name, config, tensors, {"BertForTokenClassification", {}, {}});
    fs::copy_file(path / "words" / "vocab.txt", path / name / "vocab.txt");
  }

  Inspector inspector(const std::vector<std::string>& adapters, const std::string& model = "model",
                      const std::string& base = {}) const {
    study::RunSettings settings;
    settings.task = task;
    settings.model = (path / model).string();
    settings.threads = 1;
    std::vector<std::string> places;
    for (const std::string& name : adapters) places.push_back((path / name).string());
    InspectSource source = source_of_folders(settings, places, base.empty() ? "" : (path / base).string());
    return Inspector(std::move(source));
  }

  Json input() const {
    if (task == "squad") return {{"question", "a b"}, {"text", "c d e f g a b"}};
    if (task == "swag") return {{"text", "a b c"}, {"start", "d"}, {"endings", {"e", "f g", "a", "b b"}}};
    return {{"text", "abc d bad e"}};
  }
};

/// Numbers of nested lists in their order.
void flatten(const Json& json, std::vector<double>& into) {
  if (json.is_number()) into.push_back(json.get<double>());
  if (json.is_structured())
    for (const Json& entry : json) flatten(entry, into);
}

double difference(const Json& a, const Json& b) {
  std::vector<double> left, right;
  flatten(a, left);
  flatten(b, right);
  REQUIRE(left.size() == right.size());
  REQUIRE_FALSE(left.empty());
  double largest = 0;
  for (std::size_t i = 0; i < left.size(); ++i) largest = std::max(largest, std::abs(left[i] - right[i]));
  return largest;
}

Json sentence(Inspector& inspector, const Json& input, const Json& what_if = nullptr) {
  return inspector.answer({{"ask", "sentence"}, {"input", input}, {"what_if", what_if}});
}

}  // namespace

TEST_CASE("Switched off adapters leave the base, whatever mixes them, in every task and family", "[inspect]") {
  for (const char* task : {"wnut17", "squad", "swag"}) {
    for (const bool is_distilbert : {false, true}) {
      const Folder folder(task, is_distilbert);
      Inspector base = folder.inspector({});
      const Json plain = sentence(base, folder.input());
      for (const auto& adapters : std::vector<std::vector<std::string>>{{"north"}, {"north", "south"}, {"mixture"}}) {
        CAPTURE(task, is_distilbert, adapters.front(), adapters.size());
        Inspector tuned = folder.inspector(adapters);
        const Json on = sentence(tuned, folder.input());
        Json names = on.at("scalings").at("adapters");
        const Json off = sentence(tuned, folder.input(), {{"without", names}});
        CHECK(difference(off.at("prediction"), plain.at("prediction")) < 2e-6);
        CHECK(difference(on.at("prediction"), plain.at("prediction")) > 1e-3);
        for (const Json& row : off.at("layers"))
          for (const Json& layer : row) CHECK(layer.at("distance").get<double>() < 1e-5);
        CHECK(on.at("layers").at(0).back().at("distance").get<double>() > 1e-3);
        const Json modules_off = sentence(tuned, folder.input(), {{"modules_off", on.at("scalings").at("modules")}});
        CHECK(difference(modules_off.at("prediction"), off.at("prediction")) < 1e-6);
        const Json blocks_off = sentence(tuned, folder.input(), {{"blocks_off", {0, 1}}});
        CHECK(difference(blocks_off.at("prediction"), off.at("prediction")) < 1e-6);
      }
    }
  }
}

TEST_CASE("Without one of two adapters the other remains; twice its strength is twice its scaling", "[inspect]") {
  const Folder folder;
  Inspector both = folder.inspector({"north", "south"}), one = folder.inspector({"south"});
  const Json left = sentence(both, folder.input(), {{"without", {"north"}}});
  CHECK(difference(left.at("prediction"), sentence(one, folder.input()).at("prediction")) < 1e-5);
  const Json alone = both.answer({{"ask", "adapters"}, {"input", folder.input()}});
  CHECK(alone.at("adapters").at(1).at("name") == "south");
  CHECK(difference(alone.at("adapters").at(1).at("prediction"), left.at("prediction")) < 1e-5);

  files::AdapterFolder doubled = files::read_adapter_folder(folder.path / "south");
  doubled.config.alpha *= 2;
  files::write_adapter_folder(folder.path / "double", doubled.config, doubled.tensors);
  Inspector twice = folder.inspector({"double"});
  const Json set = sentence(one, folder.input(), {{"set", {{{"adapter", "south"}, {"value", 2}}}}});
  CHECK(difference(set.at("prediction"), sentence(twice, folder.input()).at("prediction")) < 1e-5);
}

TEST_CASE("Each adapter alone, all in one batch, is each adapter one after the other", "[inspect]") {
  for (const char* task : {"wnut17", "squad", "swag"}) {
    for (const bool is_distilbert : {false, true}) {
      const Folder folder(task, is_distilbert);
      for (const auto& adapters : std::vector<std::vector<std::string>>{{"north"}, {"north", "south"}, {"mixture"}}) {
        CAPTURE(task, is_distilbert, adapters.front(), adapters.size());
        Inspector inspector = folder.inspector(adapters);
        InspectModel& model = inspector.model();
        const EncodedText text = model.encode(InspectText::from_json(folder.input()));
        const tasks::Batch batch = model.batch_of(text);
        const std::vector<Look> together = model.looks_alone(text);
        REQUIRE(together.size() == model.axes().adapters.size());
        for (std::size_t n = 0; n < together.size(); ++n) {
          const Look alone = model.look_alone(batch, static_cast<std::int64_t>(n));
          REQUIRE(together[n].output.logits.sizes() == alone.output.logits.sizes());
          CHECK(at::allclose(together[n].output.logits, alone.output.logits, 1e-5, 1e-5));
          REQUIRE(together[n].output.hidden_states.size() == alone.output.hidden_states.size());
          for (std::size_t layer = 0; layer < alone.output.hidden_states.size(); ++layer)
            CHECK(at::allclose(together[n].output.hidden_states[layer], alone.output.hidden_states[layer], 1e-5, 1e-5));
        }
        if (together.size() > 1) CHECK_FALSE(at::allclose(together[0].output.logits, together[1].output.logits, 1e-4, 1e-4));
      }
    }
  }
}

TEST_CASE("What a gate says can be given back to it, and one-hot scalings are that adapter", "[inspect]") {
  const Folder folder;
  Inspector mixture = folder.inspector({"mixture"}), north = folder.inspector({"north"});
  const Json plain = sentence(mixture, folder.input());
  const Json& scalings = plain.at("scalings");
  CHECK(scalings.at("predicted").size() == plain.at("rows").at(0).at("tokens").size());
  CHECK(scalings.at("predicted").at(0).size() == scalings.at("modules").size());
  CHECK(std::abs(scalings.at("applied").at(2).at(1).at(0).get<double>() +
                 scalings.at("applied").at(2).at(1).at(1).get<double>() - 1) < 1e-5);
  write_file_atomically(folder.path / "given.json", plain.at("scalings").dump());
  const Json given = sentence(mixture, folder.input(), {{"scalings", (folder.path / "given.json").string()}});
  CHECK(difference(given.at("prediction"), plain.at("prediction")) < 1e-5);
  const Json hot = sentence(mixture, folder.input(),
                            {{"set", {{{"value", 0}}, {{"adapter", "north"}, {"value", 1}}}}});
  CHECK(difference(hot.at("prediction"), sentence(north, folder.input()).at("prediction")) < 1e-5);
  CHECK(hot.at("scalings").at("applied") == scalings.at("applied"));
  CHECK(hot.at("scalings").at("used").at(0).at(0) == Json({1.0, 0.0}));
  write_file_atomically(folder.path / "given.json", "[[1]]");
  CHECK_THROWS_AS(sentence(mixture, folder.input(), {{"scalings", (folder.path / "given.json").string()}}), DataError);
}

TEST_CASE("A fine-tuned model goes back to its base module by module", "[inspect]") {
  const Folder folder;
  Inspector tuned = folder.inspector({}, "tuned", "model"), base = folder.inspector({});
  const Json plain = sentence(tuned, folder.input());
  CHECK(plain.at("layers").at(0).back().at("distance").get<double>() > 1e-3);
  const Json off = sentence(tuned, folder.input(), {{"without", {"fine-tuning"}}});
  for (const Json& layer : off.at("layers").at(0)) CHECK(layer.at("distance").get<double>() < 1e-5);
  // The layers below a changed module do not feel it.
  const Json block = sentence(tuned, folder.input(), {{"blocks_off", {1}}});
  CHECK(difference(block.at("token_distances").at(0).at(1), plain.at("token_distances").at(0).at(1)) < 1e-6);
  CHECK(difference(block.at("token_distances").at(0).at(2), plain.at("token_distances").at(0).at(2)) > 1e-4);
  CHECK(difference(sentence(tuned, folder.input(), {{"set", {{{"value", 1}}}}}).at("prediction"), plain.at("prediction")) <
        1e-6);
  CHECK_THROWS_WITH(sentence(base, folder.input(), {{"blocks_off", {1}}}), Catch::Contains("base model"));
}

TEST_CASE("Inspect says what predict says", "[inspect]") {
  const Folder folder;
  test::write_tiny_conll(folder.path / "eval.conll", 6, 3);
  for (const char* name : {"north", "mixture"}) {
    study::RunSettings settings;
    settings.model = (folder.path / "model").string();
    const files::ModelFolder model = files::load_model_folder(folder.path / "model");
    const data::LabelSet labels = engine::labels_of(model, "wnut17");
    const text::Tokenizer tokenizer = text::Tokenizer::from_folder(folder.path / "model");
    const auto frozen = engine::make_frozen_model(settings, model, {folder.path / name}, 13);
    const engine::Split split = engine::load_split(
        "eval", folder.path / "eval.conll", {settings, tokenizer, labels, engine::max_length_for(model, settings)});
    const auto evaluation = engine::make_evaluator(split, settings, labels)->evaluate(*frozen, {});
    REQUIRE(evaluation);
    Inspector inspector = folder.inspector({name});
    for (std::size_t i = 0; i < split.sentences.size(); ++i) {
      const auto& words = split.sentences[i].words;
      const auto tags = train::word_tags(split.features[i], evaluation->guesses[i], words.size(), labels);
      const Json answer = sentence(inspector, {{"words", words}});
      for (std::size_t w = 0; w < words.size(); ++w)
        CHECK(answer.at("prediction").at("words").at(w).at("label") == tags[w]);
    }
  }
}

TEST_CASE("Two texts are compared layer by layer, token by token", "[inspect]") {
  const Folder folder;
  Inspector inspector = folder.inspector({"north"});
  const Json first = {{"text", "a b c"}}, second = {{"text", "a c b"}};
  const Json same = inspector.answer({{"ask", "pair"}, {"first", first}, {"second", first}});
  for (const Json& layer : same.at("layers")) {
    CHECK(layer.at("base").get<double>() < 1e-6);
    CHECK(layer.at("tuned").get<double>() < 1e-6);
  }
  const Json pair = inspector.answer({{"ask", "pair"}, {"first", first}, {"second", second}});
  CHECK(pair.at("aligned") == Json({{0, 0}, {1, 1}, {2, 3}, {3, 2}, {4, 4}}));
  CHECK(pair.at("layers").size() == 3);
  CHECK(pair.at("token_distances").at("tuned").size() == 5);
  // Embeddings are not adapted.
  CHECK(std::abs(pair.at("layers").at(0).at("base").get<double>() - pair.at("layers").at(0).at("tuned").get<double>()) < 1e-6);
  CHECK(std::abs(pair.at("layers").at(2).at("base").get<double>() - pair.at("layers").at(2).at("tuned").get<double>()) > 1e-6);
}

TEST_CASE("Paths lie in the plane of the leading principal components", "[inspect]") {
  const at::Tensor direction = at::randn({6}), other = at::randn({6});
  std::vector<at::Tensor> layers;
  for (int layer = 0; layer < 3; ++layer)
    layers.push_back(at::randn({4, 1}) * 3 * direction + at::randn({4, 1}) * other + 5);
  const Trajectories paths = trajectories({layers, layers});
  CHECK(paths.shares[0] + paths.shares[1] == Approx(1).margin(1e-9));
  CHECK(paths.shares[0] >= paths.shares[1]);
  CHECK(at::equal(paths.points[0], paths.points[1]));
  // A plane holds every distance.
  const double expected = (layers[2][3] - layers[0][1]).norm().item<double>();
  CHECK((paths.points[0][2][3] - paths.points[0][0][1]).norm().item<double>() == Approx(expected).epsilon(1e-4));
}

TEST_CASE("Means over a file and nearest training tokens", "[inspect]") {
  const Folder folder;
  write_file_atomically(folder.path / "train.conll", "a\tB-person\nb\tO\n\nc\tO\nd\tB-location\ne\tO\n");
  Inspector inspector = folder.inspector({"mixture"});
  const Json means = inspector.answer({{"ask", "aggregate"}, {"file", (folder.path / "train.conll").string()}});
  CHECK(means.at("texts") == 2);
  const Json& table = means.at("table");
  CHECK(table.at("columns") == Json({"class", "texts", "words", "tokens", "north", "south", "share of north",
                                     "share of south", "entropy (bits)", "distance from base"}));
  REQUIRE(table.at("rows").size() == 4);
  CHECK(table.at("rows").at(0).at(0) == "O");
  CHECK(table.at("rows").at(0).at(1) == 2);
  CHECK(table.at("rows").at(0).at(2) == 3);
  CHECK(table.at("rows").at(0).at(3) == 3);
  CHECK(table.at("rows").at(1).at(0) == "location");
  CHECK(table.at("rows").at(3).at(0) == "all");
  CHECK(table.at("rows").at(3).at(3) == 5);
  CHECK(std::abs(table.at("rows").at(0).at(4).get<double>() + table.at("rows").at(0).at(5).get<double>() - 1) < 1e-5);
  CHECK_THROWS_AS(inspector.answer({{"ask", "aggregate"}, {"file", (folder.path / "train.conll").string()}}, [] { return true; }),
                  Interrupted);

  study::RunSettings settings;
  settings.model = (folder.path / "model").string();
  InspectSource source = source_of_folders(settings, {(folder.path / "north").string()}, "");
  source.settings.train_file = (folder.path / "train.conll").string();
  Inspector trained(source);
  // A training sentence finds itself first.
  const Json nearest =
      trained.answer({{"ask", "nearest"}, {"input", {{"words", {"c", "d", "e"}}}}, {"token", 2}, {"count", 2}});
  CHECK(nearest.at("searched") == 5);
  CHECK(nearest.at("tokens").at(0).at("text") == "d");
  CHECK(nearest.at("tokens").at(0).at("before") == "c");
  CHECK(nearest.at("tokens").at(0).at("similarity").get<double>() == Approx(1).margin(1e-5));
  CHECK_THROWS_WITH(inspector.answer({{"ask", "nearest"}, {"input", folder.input()}, {"token", 1}}),
                    Catch::Contains("no training data"));
}

TEST_CASE("Means over texts given one by one count predictions, and are the means of the texts", "[inspect]") {
  for (const char* task : {"wnut17", "squad", "swag"}) {
    CAPTURE(task);
    const Folder folder(task);
    Inspector inspector = folder.inspector({"mixture"});
    Json other = folder.input();
    other["text"] = std::string(task) == "squad" ? "g f e d a b c" : "bad abc";
    const Json inputs = {folder.input(), other};
    const Json answer = inspector.answer({{"ask", "aggregate"}, {"inputs", inputs}});
    CHECK(answer.at("texts") == 2);
    // The same by hand from the answers about each.
    double scaling = 0, count = 0;
    std::map<std::string, int> predicted;
    for (const Json& input : inputs) {
      const Json said = sentence(inspector, input);
      std::size_t t = 0;
      for (const Json& row : said.at("rows"))
        for (const Json& token : row.at("tokens")) {
          const Json& used = said.at("scalings").at("used").at(t++);
          if (token.at("sequence") < 0) continue;
          ++count;
          for (const Json& module : used) scaling += module.at(0).get<double>() / static_cast<double>(used.size());
        }
      if (std::string(task) != "wnut17") continue;
      for (const Json& word : said.at("prediction").at("words")) {
        const std::string label = word.at("label");
        ++predicted[label == "O" ? label : label.substr(2)];
      }
    }
    const Json& rows = answer.at("table").at("rows");
    const Json& all = rows.back();
    CHECK(all.at(3) == static_cast<int>(count));
    CHECK(all.at(4).get<double>() == Approx(scaling / count).margin(1e-5));
    for (const auto& [name, words] : predicted) {
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Json& one) { return one.at(0) == name; });
      REQUIRE(row != rows.end());
      CHECK(row->at(2) == words);
    }
    const std::string said = rows.dump();
    if (std::string(task) == "squad") CHECK(said.find("\"answer\"") != std::string::npos);
    if (std::string(task) == "swag") CHECK(said.find("\"chosen ending\"") != std::string::npos);
    CHECK_THROWS_WITH(inspector.answer({{"ask", "aggregate"}, {"inputs", Json::array()}}), Catch::Contains("no texts"));
  }
}

TEST_CASE("A folder by itself says what it is: adapters name their base and task", "[inspect]") {
  const Folder folder("squad");
  const auto with_base = [&](const fs::path& at, const std::optional<std::string>& base) {
    files::AdapterFolder adapter = files::read_adapter_folder(folder.path / "north");
    adapter.config.base_model = base;
    adapter.config.task_type = "QUESTION_ANS";
    files::write_adapter_folder(at, adapter.config, adapter.tensors);
  };
  with_base(folder.path / "out" / "checkpoint-9", (folder.path / "model").string());
  with_base(folder.path / "out" / "checkpoint-10", (folder.path / "model").string());
  const InspectSource source = source_of_folder(folder.path / "out", {}, "", "");
  CHECK(source.settings.task == "squad");
  CHECK(source.adapters.front().filename() == "checkpoint-10");
  Inspector inspector(source), named = folder.inspector({"north"});
  CHECK(difference(sentence(inspector, folder.input()).at("prediction"),
                   sentence(named, folder.input()).at("prediction")) < 1e-7);
  with_base(folder.path / "lost", "elsewhere/encoder");
  CHECK_THROWS_WITH(source_of_folder(folder.path / "lost", {}, "", ""), Catch::Contains("elsewhere/encoder"));
  CHECK(source_of_folder(folder.path / "lost", {}, (folder.path / "model").string(), "").settings.task == "squad");
  with_base(folder.path / "bare", std::nullopt);
  CHECK_THROWS_WITH(source_of_folder(folder.path / "bare", {}, "", ""), Catch::Contains("base_model_name_or_path"));
  CHECK_THROWS_AS(source_of_folder(folder.path / "words" / "nothing", {}, "", ""), UsageError);
  CHECK(source_of_folder(folder.path / "model", {}, "", "wnut17").settings.task == "wnut17");
  Inspector model(source_of_folder(folder.path / "tuned", {}, (folder.path / "model").string(), "squad"));
  CHECK(model.model().kind() == ModelKind::FullFineTuning);
}

TEST_CASE("An adapter over an encoder without a head shows its layers and predicts nothing", "[inspect]") {
  const Folder folder;
  files::ModelFolder encoder = files::load_model_folder(folder.path / "model");
  encoder.tensors.erase("classifier.weight");
  encoder.tensors.erase("classifier.bias");
  files::write_model_folder(folder.path / "encoder", encoder.config, encoder.tensors, {"BertModel", {}, {}});
  fs::copy_file(folder.path / "words" / "vocab.txt", folder.path / "encoder" / "vocab.txt");
  Inspector inspector = folder.inspector({"north"}, "encoder");
  const Json answer = sentence(inspector, folder.input());
  CHECK(answer.at("prediction").is_null());
  CHECK(answer.at("layers").at(0).back().at("distance").get<double>() > 1e-3);
  CHECK(inspector.model().warnings().back().find("no predictions") != std::string::npos);
  const Json off = sentence(inspector, folder.input(), {{"without", {"north"}}});
  CHECK(off.at("layers").at(0).back().at("distance").get<double>() < 1e-5);
}

TEST_CASE("Served questions are answered one line each, withdrawn or wrong ones too", "[inspect]") {
  const Folder folder;
  Inspector inspector = folder.inspector({"north"});
  std::istringstream in(
      "{\"id\":1,\"ask\":\"describe\"}\n"
      "{\"id\":2,\"ask\":\"sentence\",\"input\":{\"text\":\"a b\"}}\n"
      "not json\n"
      "{\"id\":3,\"ask\":\"sentence\",\"input\":{\"txt\":\"a\"}}\n"
      "{\"id\":4,\"ask\":\"nothing\"}\n"
      "{\"id\":5,\"ask\":\"sentence\",\"input\":{\"text\":\"a b\"},\"what_if\":{\"without\":[\"east\"]}}\n"
      "[1, 2]\n"
      "{\"id\":6,\"ask\":\"sentence\",\"input\":{\"text\":\"a\"");
  std::ostringstream out;
  serve(inspector, in, out);
  std::vector<Json> lines;
  std::istringstream said(out.str());
  for (std::string line; std::getline(said, line);) lines.push_back(Json::parse(line));
  REQUIRE(lines.size() == 8);
  CHECK(lines[0].at("answer").at("kind") == "lora");
  CHECK(lines[1].at("id") == 2);
  CHECK(lines[1].at("answer").at("prediction").at("words").size() == 2);
  CHECK(lines[2].at("error").at("message") == "found a line that is no JSON");
  CHECK(lines[3].at("error").at("message").get<std::string>().find("input.txt") != std::string::npos);
  CHECK(lines[4].at("error").at("hint").get<std::string>().find("sentence") != std::string::npos);
  CHECK(lines[5].at("error").at("message").get<std::string>().find("north") != std::string::npos);
  CHECK(lines[6].count("error") == 1);
  CHECK(lines[7].count("error") == 1);

  std::istringstream withdrawn("{\"cancel\":7}\n{\"id\":7,\"ask\":\"sentence\",\"input\":{\"text\":\"a b\"}}\n");
  std::ostringstream nothing;
  serve(inspector, withdrawn, nothing);
  CHECK(Json::parse(nothing.str()) == Json({{"id", 7}, {"cancelled", true}}));
}
