#include "tests/core/text/small_vocabulary.h"

#include "core/base/files.h"

namespace lorascope::test {

std::vector<std::string> small_vocabulary() {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char sign = '!'; sign <= '~'; ++sign) tokens.emplace_back(1, sign);
  for (char letter = 'a'; letter <= 'y'; ++letter) tokens.push_back(std::string("##") + letter);
  for (const char* piece :
       {"play", "##ing", "##ed", "the", "cafe", "##fe", "new", "york", "über", "##é", "é", "ß", "中"}) {
    tokens.emplace_back(piece);
  }
  return tokens;
}

std::filesystem::path write_small_vocabulary(const std::filesystem::path& folder) {
  std::string text;
  for (const std::string& token : small_vocabulary()) text += token + '\n';
  write_file_atomically(folder / "vocab.txt", text);
  return folder / "vocab.txt";
}

}  // namespace lorascope::test
