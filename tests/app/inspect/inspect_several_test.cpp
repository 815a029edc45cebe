#include <algorithm>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "app/lorascope/engine/run_process.h"
#include "app/lorascope/program.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_tasks.h"

// Runs of several tasks, inspected about a text of each, beside what `lorascope predict` says of the same texts.

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

/// The program with these arguments: what it prints on stdout.
std::string program(std::vector<std::string> arguments) {
  INFO(arguments.at(0));
  arguments.insert(arguments.begin(), "lorascope");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  std::ostringstream printed;
  std::streambuf* const terminal = std::cout.rdbuf(printed.rdbuf());
  const int exit_code = app::run_program(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(terminal);
  REQUIRE(exit_code == 0);
  return printed.str();
}

const std::vector<std::string> kTasks = {"wnut17", "squad", "swag"};

struct Bench {
  test::TemporaryFolder folder;
  fs::path path = folder.path();
  store::Workspace workspace = store::Workspace::open_or_create(path / "workspace");
  store::RunStore runs{workspace};
  study::RunSettings settings;
  store::RunId last = 0;

  Bench() {
    test::write_tiny_tasks(path);
    test::write_headless_model(path / "model", test::tiny_config(2));
    settings.model = (path / "model").string();
    settings.threads = 1;
    settings.training.batch_size = 8;
    settings.training.learning_rate = 0.02;
    settings.training.epochs = 2;
    settings.task = study::kSeveralTasks;
    settings.several.tasks = kTasks;
    settings.several.train = {at("wnut17train.conll"), at("squad-train-part.json"), at("swag-train-part.csv")};
    settings.several.eval = {at("emerging.dev.conll"), at("squad-dev-part.json"), at("swag-dev-part.csv")};
    settings.several.test = {"", "", ""};
  }

  std::string at(const std::string& name) const { return (path / name).string(); }
  void run(const study::RunSettings& chosen) {
    last = runs.create(chosen);
    const auto outcome = app::engine::execute_run(workspace, last, {.silent = true});
    INFO(outcome.reason);
    REQUIRE(outcome.exit_code == 0);
  }
  fs::path result(const char* kind) const {
    return workspace.resolved_path(runs.artifacts(last, kind).at(0).path);
  }
  /// The prediction of `lorascope inspect` about one text.
  Json asked(const std::string& task, std::vector<std::string> text) const {
    std::vector<std::string> arguments = {"inspect", "--workspace", workspace.folder().string(), "--run",
                                          std::to_string(last), "--task", task, "--threads", "1", "--json"};
    arguments.insert(arguments.end(), text.begin(), text.end());
    return Json::parse(program(arguments)).at("prediction");
  }
  /// The evaluation file as `lorascope predict` answers it.
  std::string predicted(const std::string& task, std::size_t number, const fs::path& model, const fs::path& adapter) const {
    const std::string out = at("predictions-" + task);
    std::vector<std::string> arguments = {"predict", "--model", model.string(), "--task", task, "--data",
                                          settings.several.eval[number], "--out", out, "--threads", "1"};
    if (!adapter.empty()) arguments.insert(arguments.end(), {"--adapter", adapter.string()});
    program(arguments);
    return read_file(out);
  }
};

/// Token and guess of the sentences of a tagging file with guesses.
std::vector<std::vector<std::pair<std::string, std::string>>> guessed_sentences(const std::string& text) {
  std::vector<std::vector<std::pair<std::string, std::string>>> sentences(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream columns(line);
    std::string token, gold, guess;
    if (columns >> token >> gold >> guess) sentences.back().emplace_back(token, guess);
    else if (!sentences.back().empty()) sentences.emplace_back();
  }
  if (sentences.back().empty()) sentences.pop_back();
  return sentences;
}

void check_words(const Bench& bench, const std::string& predictions) {
  const auto sentences = guessed_sentences(predictions);
  REQUIRE(sentences.size() == 8);
  for (const auto& sentence : sentences) {
    std::vector<std::string> text;
    for (const auto& [word, guess] : sentence) text.insert(text.end(), {"--word", word});
    const Json words = bench.asked("wnut17", text).at("words");
    REQUIRE(words.size() == sentence.size());
    for (std::size_t w = 0; w < sentence.size(); ++w) CHECK(words[w].at("label") == sentence[w].second);
  }
}

void check_answers(const Bench& bench, const std::string& predictions) {
  const Json answers = Json::parse(predictions);
  const auto questions = data::read_squad(bench.settings.several.eval[1]).questions;
  REQUIRE(questions.size() == 8);
  for (const data::SquadQuestion& question : questions)
    CHECK(bench.asked("squad", {"--text", question.context, "--question", question.question}).at("answer") ==
          answers.at(question.id));
}

void check_choices(const Bench& bench, const std::string& predictions) {
  std::istringstream lines(predictions);
  std::string line;
  const auto rows = data::read_swag(bench.settings.several.eval[2]);
  REQUIRE(rows.size() == 8);
  std::size_t compared = 0;
  while (std::getline(lines, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream columns(line);
    std::size_t index = 0;
    int choice = -1;
    double score = 0;
    if (!(columns >> index >> choice)) continue;  // the names of the columns
    std::vector<std::string> text = {"--text", rows.at(index).sent1, "--start", rows[index].sent2};
    for (const std::string& ending : rows[index].endings) text.insert(text.end(), {"--ending", ending});
    const Json said = bench.asked("swag", text);
    CHECK(said.at("choice") == choice);
    for (std::size_t ending = 0; ending < 4 && columns >> score; ++ending)
      CHECK(said.at("logits").at(ending).get<double>() == Approx(score).margin(1e-4));
    ++compared;
  }
  CHECK(compared == rows.size());
}

void check_all(const Bench& bench, const std::vector<std::string>& predictions) {
  check_words(bench, predictions[0]);
  check_answers(bench, predictions[1]);
  check_choices(bench, predictions[2]);
  CHECK(predictions[0].find("\tB-") != std::string::npos);  // not one class for all
}

}  // namespace

TEST_CASE("A fine-tuned run of several tasks is inspected as predict answers with each task's head", "[inspect]") {
  Bench bench;
  bench.settings.method = study::Method::FullFineTuning;
  bench.run(bench.settings);
  const fs::path trained = bench.result("model");
  std::vector<std::string> predictions;
  for (std::size_t i = 0; i < kTasks.size(); ++i) {
    // The run's encoder with this task's head, as a model of its own.
    const files::ModelFolder model = files::load_model_folder(trained);
    files::TensorMap tensors = model.tensors;
    for (const char* name : {"classifier.weight", "classifier.bias"}) tensors.erase(name);
    const files::SafetensorsFile head(trained / ("head-" + kTasks[i] + ".safetensors"));
    for (const auto& [name, tensor] : head.load_all()) tensors[name] = tensor;
    const fs::path place = bench.path / ("model-of-" + kTasks[i]);
    const char* kinds[] = {"BertForTokenClassification", "BertForQuestionAnswering", "BertForMultipleChoice"};
    files::write_model_folder(place, model.config, tensors, {kinds[i], {}, trained});
    predictions.push_back(bench.predicted(kTasks[i], i, place, {}));
  }
  check_all(bench, predictions);
}

TEST_CASE("An X-LoRA of several tasks is inspected as predict answers with each task's head", "[inspect]") {
  Bench bench;
  for (std::size_t i = 0; i < kTasks.size(); ++i) {
    study::RunSettings lora = bench.settings.of_task(i);
    lora.method = study::Method::Lora;
    lora.lora.rank = 2;
    bench.run(lora);
    bench.settings.xlora.adapters.push_back(lora.task + "=run:" + std::to_string(bench.last));
  }
  bench.settings.method = study::Method::Xlora;
  bench.settings.xlora.dropout = 0;
  bench.run(bench.settings);
  const fs::path trained = bench.result("xlora");
  std::vector<std::string> predictions;
  for (std::size_t i = 0; i < kTasks.size(); ++i) {
    files::XloraFolder mixture = files::read_xlora_folder(trained);
    mixture.head = files::SafetensorsFile(trained / ("head-" + kTasks[i] + ".safetensors")).load_all();
    const fs::path place = bench.path / ("mixture-of-" + kTasks[i]);
    files::write_xlora_folder(place, mixture);
    predictions.push_back(bench.predicted(kTasks[i], i, bench.settings.model, place));
  }
  check_all(bench, predictions);
}
