#include "tests/support/tiny_run.h"

#include <random>

#include "core/base/files.h"
#include "tests/support/tiny_model.h"

namespace lorascope::test {
namespace fs = std::filesystem;

void write_tiny_conll(const fs::path& file, int sentences, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    for (unsigned word = 0; word < 3 + random() % 7; ++word) {
      std::string letters;
      for (unsigned k = 0; k < 1 + random() % 4; ++k) letters += static_cast<char>('a' + random() % 18);
      const char first = letters[0];
      text += letters + '\t' + (first <= 'c' ? "B-person" : first == 'd' ? "B-location" : "O") + '\n';
    }
    text += '\n';
  }
  write_file_atomically(file, text);
}

study::RunSettings write_tiny_run(const fs::path& folder, int sentences) {
  write_tiny_model(folder / "model");
  write_tiny_conll(folder / "train.conll", sentences, 1);
  write_tiny_conll(folder / "eval.conll", 20, 2);
  study::RunSettings settings;
  settings.model = (folder / "model").string();
  settings.train_file = (folder / "train.conll").string();
  settings.eval_file = (folder / "eval.conll").string();
  settings.threads = 1;
  settings.training.epochs = 2;
  settings.training.batch_size = 8;
  settings.training.learning_rate = 0.01;
  settings.training.dropout = 0.2;
  return settings;
}

std::string weights_hash(const fs::path& folder) {
  std::string joined;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") joined += sha256_file(entry.path());
  }
  return sha256(joined);
}

}  // namespace lorascope::test
