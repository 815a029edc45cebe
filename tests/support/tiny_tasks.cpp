#include "tests/support/tiny_tasks.h"

#include <random>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/files/model_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"

namespace lorascope::test {
namespace fs = std::filesystem;
namespace {

std::string letter(std::mt19937& random) { return std::string(1, static_cast<char>('a' + random() % 17)); }

void write_questions(const fs::path& file, int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<data::SquadQuestion> questions;
  for (int i = 0; i < count; ++i) {
    data::SquadQuestion question;
    question.id = "question " + std::to_string(i);
    question.title = "letters";
    std::vector<std::string> words;
    for (int k = 0; k < 8; ++k) words.push_back(letter(random));
    for (const std::string& word : words) question.context += (question.context.empty() ? "" : " ") + word;
    const std::size_t place = random() % 7;
    question.question = words[place];
    question.answers = {{words[place + 1], static_cast<std::int64_t>(2 * (place + 1))}};
    questions.push_back(std::move(question));
  }
  write_file_atomically(file, data::squad_json(questions, false));
}

void write_endings(const fs::path& file, int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<data::SwagRow> rows;
  for (int i = 0; i < count; ++i) {
    data::SwagRow row;
    row.sent1 = letter(random) + " " + letter(random);
    row.sent2 = letter(random);
    row.label = static_cast<int>(random() % data::kNumEndings);
    for (std::string& ending : row.endings) ending = letter(random) + " " + letter(random);
    row.endings[static_cast<std::size_t>(row.label)] = row.sent2 + " " + letter(random);
    rows.push_back(std::move(row));
  }
  write_file_atomically(file, data::swag_csv(rows));
}

}  // namespace

void write_tiny_tasks(const fs::path& folder) {
  write_tiny_conll(folder / "wnut17train.conll", 32, 1);
  write_tiny_conll(folder / "emerging.dev.conll", 8, 2);
  write_tiny_conll(folder / "emerging.test.annotated", 8, 3);
  write_questions(folder / "squad-train-part.json", 24, 4);
  write_questions(folder / "squad-dev-part.json", 8, 5);
  write_endings(folder / "swag-train-part.csv", 16, 6);
  write_endings(folder / "swag-dev-part.csv", 8, 7);
}

void write_headless_model(const fs::path& folder, const files::ModelConfig& config) {
  write_tiny_model(folder);  // for its vocabulary
  fs::remove(folder / "model.safetensors");
  const bool is_distilbert = config.family == files::Family::DistilBert;
  files::write_model_folder(folder, config, tiny_tensors(config, 1, 0),
                            {is_distilbert ? "DistilBertModel" : "BertModel", {}, {}});
}

}  // namespace lorascope::test
