#pragma once

#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "core/text/tokenizer.h"

namespace lorascope::test {

/// A tokenizer that knows the letters a to z, the digits and a few signs: every character is a token of its own.
inline text::Tokenizer letters_tokenizer(const std::filesystem::path& folder) {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n.\n?\n";
  for (const char letter : std::string("abcdefghijklmnopqrstuvwxyz0123456789")) {
    vocabulary += std::string(1, letter) + "\n##" + letter + "\n";
  }
  write_file_atomically(folder / "vocab.txt", vocabulary);
  return text::Tokenizer::from_vocabulary(folder / "vocab.txt", false);
}

}  // namespace lorascope::test
