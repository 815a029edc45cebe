#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/text/encoding.h"

namespace lorascope::text {

struct TokenizerParts;

/// A text cannot be cut as asked: the stride is too long for the window, or the side to be cut is too short.
class EncodingError : public InputError {
 public:
  using InputError::InputError;
};

/// The fast BERT tokenizer of Hugging Face (tokenizers 0.22.2): normalise, split, WordPiece, truncate, template.
/// Texts are UTF-8; a byte that is not is read as U+FFFD. Copies share the vocabulary. Thread rule: const calls may
/// run in many threads at once.
class Tokenizer {
 public:
  /// From a model folder: tokenizer.json where present, else vocab.txt; tokenizer_config.json, special_tokens_map.json
  /// and added_tokens.json refine both. Throws CheckpointError with every problem found.
  static Tokenizer from_folder(const std::filesystem::path& folder);
  /// From a plain vocab.txt, one token a line. `cased` keeps case and accents. Throws CheckpointError.
  static Tokenizer from_vocabulary(const std::filesystem::path& file, bool cased);

  /// The windows of one text: the first, then with options.overflow the others. Throws EncodingError.
  std::vector<Encoding> encode(std::string_view text, const EncodeOptions& options = {}) const;
  std::vector<Encoding> encode_pair(std::string_view first, std::string_view second,
                                    const EncodeOptions& options = {}) const;
  /// Each word is encoded on its own; word_ids are the words' indices and offsets are relative to the word.
  std::vector<Encoding> encode_words(std::span<const std::string> words, const EncodeOptions& options = {}) const;

  /// The two halves of encode, for texts that are used many times (a context with its questions).
  Pieces pieces(std::string_view text, bool split_special_tokens = false) const;
  std::vector<Encoding> assemble(const Pieces& first, const Pieces* second, const EncodeOptions& options) const;

  /// The token's text, or an empty view for an id that has none.
  std::string_view token(std::int32_t id) const;
  std::optional<std::int32_t> find(std::string_view token) const;
  /// Number of ids that an embedding matrix must have: largest id + 1, added tokens included.
  std::int32_t vocabulary_size() const;
  std::int32_t pad_id() const;
  bool lowercases() const;
  /// Longest input that the folder's files name (tokenizer_config.json), if they do.
  std::optional<int> model_max_length() const;
  /// Things a user should know about the files, such as a guessed letter case.
  const std::vector<std::string>& warnings() const;
  /// SHA-256 over vocabulary and rules: equal for tokenizers that encode alike.
  std::string fingerprint() const;

 private:
  explicit Tokenizer(std::shared_ptr<const TokenizerParts> parts) : parts_(std::move(parts)) {}

  // Shared by all copies of the tokenizer; never changed after loading.
  std::shared_ptr<const TokenizerParts> parts_;
};

}  // namespace lorascope::text
