#include "core/text/tokenizer.h"

#include <algorithm>

#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "core/text/tokenizer_files.h"
#include "core/text/tokenizer_parts.h"
#include "core/text/unicode/unicode.h"
#include "core/text/windows.h"

namespace lorascope::text {

Tokenizer Tokenizer::from_folder(const std::filesystem::path& folder) {
  return Tokenizer(std::make_shared<const TokenizerParts>(load_tokenizer_folder(folder)));
}

Tokenizer Tokenizer::from_vocabulary(const std::filesystem::path& file, bool cased) {
  return Tokenizer(std::make_shared<const TokenizerParts>(load_vocabulary_file(file, cased)));
}

std::vector<Encoding> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return assemble(pieces(text, options.split_special_tokens), nullptr, options);
}

std::vector<Encoding> Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                             const EncodeOptions& options) const {
  const Pieces second_pieces = pieces(second, options.split_special_tokens);
  return assemble(pieces(first, options.split_special_tokens), &second_pieces, options);
}

std::vector<Encoding> Tokenizer::encode_words(std::span<const std::string> words, const EncodeOptions& options) const {
  Pieces all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Pieces word = pieces(words[i], options.split_special_tokens);
    all.ids.insert(all.ids.end(), word.ids.begin(), word.ids.end());
    all.offsets.insert(all.offsets.end(), word.offsets.begin(), word.offsets.end());
    all.word_ids.resize(all.ids.size(), static_cast<std::int32_t>(i));
  }
  return assemble(all, nullptr, options);
}

Pieces Tokenizer::pieces(std::string_view text, bool split_special_tokens) const {
  return text_pieces(*parts_, text, split_special_tokens);
}

std::vector<Encoding> Tokenizer::assemble(const Pieces& first, const Pieces* second,
                                          const EncodeOptions& options) const {
  const Template& parts = second != nullptr ? parts_->pair : parts_->single;
  SequenceLengths lengths;
  lengths.first = first.size();
  lengths.second = second != nullptr ? second->size() : 0;
  lengths.has_second = second != nullptr;
  lengths.num_special = options.add_special_tokens ? num_special_tokens(parts) : 0;
  lengths.num_special_single = num_special_tokens(parts_->single);
  return fill_template(parts, first, second, plan_windows(lengths, options), options);
}

std::string_view Tokenizer::token(std::int32_t id) const {
  for (const AddedToken& added : parts_->added_tokens) {
    if (added.id == id) return added.content;
  }
  return id >= 0 && id < parts_->vocabulary.size() ? std::string_view(parts_->vocabulary.token(id))
                                                   : std::string_view();
}

std::optional<std::int32_t> Tokenizer::find(std::string_view token) const {
  for (const AddedToken& added : parts_->added_tokens) {
    if (added.content == token) return added.id;
  }
  const std::int32_t id = parts_->vocabulary.find(token);
  return id >= 0 ? std::optional(id) : std::nullopt;
}

std::int32_t Tokenizer::vocabulary_size() const {
  return parts_->num_ids;
}
std::int32_t Tokenizer::pad_id() const {
  return parts_->pad_id;
}
bool Tokenizer::lowercases() const {
  return parts_->normalizer.lowercase;
}
std::optional<int> Tokenizer::model_max_length() const {
  return parts_->model_max_length;
}
const std::vector<std::string>& Tokenizer::warnings() const {
  return parts_->warnings;
}

std::string Tokenizer::fingerprint() const {
  Sha256 hash;
  const auto add = [&](const std::string& text) { hash.add(text + '\n'); };
  for (std::int32_t id = 0; id < parts_->vocabulary.size(); ++id) add(parts_->vocabulary.token(id));
  for (const AddedToken& token : parts_->added_tokens) {
    add(token.content + ' ' + std::to_string(token.id) + (token.special ? 's' : '-') + (token.normalized ? 'n' : '-') +
        (token.single_word ? 'w' : '-') + (token.lstrip ? 'l' : '-') + (token.rstrip ? 'r' : '-'));
  }
  const NormalizerOptions& rules = parts_->normalizer;
  add(std::string("rules ") + (rules.clean_text ? 'c' : '-') + (rules.handle_chinese_chars ? 'h' : '-') +
      (rules.strips_accents() ? 'a' : '-') + (rules.lowercase ? 'l' : '-') + parts_->vocabulary.prefix() + ' ' +
      std::to_string(parts_->word_piece.unknown_id) + ' ' + std::to_string(parts_->word_piece.max_codes));
  for (const Template* parts : {&parts_->single, &parts_->pair}) {
    for (const TemplatePart& part : *parts) {
      add((part.is_sequence ? "sequence " + std::to_string(part.sequence) : "token " + std::to_string(part.id)) + ' ' +
          std::to_string(part.type_id));
    }
  }
  return hash.hexadecimal();
}

void TokenizerParts::finish() {
  std::vector<AddedToken> raw, normalized_tokens;
  num_ids = vocabulary.size();
  for (const AddedToken& token : added_tokens) {
    num_ids = std::max(num_ids, token.id + 1);
    if (!token.normalized) {
      raw.push_back(token);
      continue;
    }
    normalized_tokens.push_back(token);
    normalized_tokens.back().content = encode_utf8(normalize(decode_utf8(token.content), 0, normalizer).codes);
  }
  raw_matcher = AddedTokenMatcher(std::move(raw));
  normalized_matcher = AddedTokenMatcher(std::move(normalized_tokens));
  for (char32_t code = 0; code < 128; ++code) {
    const std::uint8_t flags = code_flags(code);
    AsciiClass& kind = ascii_classes[code];
    if (code != ' ' && (flags & kIsRemoved) != 0) {
      kind = AsciiClass::Removed;
    } else if ((flags & kIsWhitespace) != 0) {
      kind = AsciiClass::Space;
    } else {
      kind = (flags & kIsPunctuation) != 0 ? AsciiClass::Sign : AsciiClass::Letter;
    }
    ascii_lower[code] = static_cast<char>(normalizer.lowercase ? lower_case(code).first : code);
  }
}

}  // namespace lorascope::text
