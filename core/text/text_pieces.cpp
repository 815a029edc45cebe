#include <algorithm>

#include "core/base/utf8.h"
#include "core/text/tokenizer_parts.h"
#include "core/text/unicode/unicode.h"

namespace lorascope::text {
namespace {

// Collects the tokens of one text.
class PieceMaker {
 public:
  PieceMaker(const TokenizerParts& parts, bool split_special_tokens, bool naive)
      : parts_(parts), split_special_tokens_(split_special_tokens), naive_(naive) {}

  void reserve(std::size_t num_bytes) {
    const std::size_t guess = num_bytes / 4 + 4;
    pieces_.ids.reserve(guess);
    pieces_.offsets.reserve(guess);
    pieces_.word_ids.reserve(guess);
  }

  Pieces take() { return std::move(pieces_); }

  void add_token(std::int32_t id, int begin, int end) {
    push(id, begin, end);
    ++word_;
  }

  /// A part of the text between added tokens, beginning at code point `first`.
  void add_part(std::string_view bytes, int first) {
    if (naive_ || !parts_.normalized_matcher.empty()) {
      add_normalized(decode_utf8(bytes), first);
      return;
    }
    // Normalisation never reaches across ASCII whitespace, so each chunk between is treated alone.
    for (std::size_t i = 0; i < bytes.size();) {
      std::size_t end = i;
      bool is_plain = true;
      while (end < bytes.size()) {
        const auto byte = static_cast<unsigned char>(bytes[end]);
        if (byte >= 128 || parts_.ascii_classes[byte] == AsciiClass::Removed) {
          is_plain = false;
        } else if (parts_.ascii_classes[byte] == AsciiClass::Space) {
          break;
        }
        ++end;
      }
      const std::string_view chunk = bytes.substr(i, end - i);
      first += is_plain ? add_ascii_chunk(chunk, first) : add_normalized(decode_utf8(chunk), first);
      if (end < bytes.size()) ++first;
      i = end + 1;
    }
  }

 private:
  void push(std::int32_t id, int begin, int end) {
    pieces_.ids.push_back(id);
    pieces_.offsets.emplace_back(begin, end);
    pieces_.word_ids.push_back(word_);
  }

  int add_ascii_chunk(std::string_view chunk, int first) {
    for (std::size_t i = 0; i < chunk.size();) {
      const std::size_t begin = i;
      word_buffer_.clear();
      do {
        word_buffer_.add_ascii(parts_.ascii_lower[static_cast<unsigned char>(chunk[i])]);
        ++i;
      } while (i < chunk.size() && is_letter(chunk[begin]) && is_letter(chunk[i]));
      split_buffer();
      const int place = first + static_cast<int>(begin);
      for (const WordToken& token : tokens_) push(token.id, place + token.begin, place + token.end);
      ++word_;
    }
    return static_cast<int>(chunk.size());
  }

  bool is_letter(char byte) const {
    return parts_.ascii_classes[static_cast<unsigned char>(byte)] == AsciiClass::Letter;
  }

  int add_normalized(const std::u32string& codes, int first) {
    const NormalizedText text = normalize(codes, first, parts_.normalizer);
    if (parts_.normalized_matcher.empty()) {
      add_words(text, 0, text.codes.size());
    } else {
      for (const TextPart& part : parts_.normalized_matcher.split(text.codes, split_special_tokens_)) {
        if (part.id >= 0) {
          add_token(part.id, text.origins[part.begin].first, text.origins[part.end - 1].second);
        } else {
          add_words(text, part.begin, part.end);
        }
      }
    }
    return static_cast<int>(codes.size());
  }

  void add_words(const NormalizedText& text, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end;) {
      const std::uint8_t flags = code_flags(text.codes[i]);
      if ((flags & kIsWhitespace) != 0) {
        ++i;
        continue;
      }
      const std::size_t word_begin = i++;
      if ((flags & kIsPunctuation) == 0) {
        while (i < end && (code_flags(text.codes[i]) & (kIsWhitespace | kIsPunctuation)) == 0) ++i;
      }
      add_word(text, word_begin, i);
    }
  }

  void add_word(const NormalizedText& text, std::size_t begin, std::size_t end) {
    word_buffer_.clear();
    for (std::size_t i = begin; i < end; ++i) word_buffer_.add(text.codes[i]);
    split_buffer();
    for (const WordToken& token : tokens_) {
      const std::size_t token_begin = begin + static_cast<std::size_t>(token.begin);
      const std::size_t token_end = begin + static_cast<std::size_t>(token.end);
      push(token.id, text.origins[token_begin].first, text.origins[token_end - 1].second);
    }
    ++word_;
  }

  void split_buffer() {
    tokens_.clear();
    split_word(word_buffer_, parts_.vocabulary, parts_.word_piece, tokens_);
  }

  const TokenizerParts& parts_;
  bool split_special_tokens_, naive_;
  Pieces pieces_;
  WordBuffer word_buffer_;
  std::vector<WordToken> tokens_;
  std::int32_t word_ = 0;
};

}  // namespace

Pieces text_pieces(const TokenizerParts& parts, std::string_view text, bool split_special_tokens, bool naive) {
  PieceMaker maker(parts, split_special_tokens, naive);
  maker.reserve(text.size());
  if (!naive && !parts.raw_matcher.may_occur(text)) {
    maker.add_part(text, 0);
    return maker.take();
  }
  const std::u32string codes = decode_utf8(text);
  for (const TextPart& part : parts.raw_matcher.split(codes, split_special_tokens)) {
    if (part.id >= 0) {
      maker.add_token(part.id, static_cast<int>(part.begin), static_cast<int>(part.end));
    } else {
      maker.add_part(encode_utf8(std::u32string_view(codes).substr(part.begin, part.end - part.begin)),
                     static_cast<int>(part.begin));
    }
  }
  return maker.take();
}

}  // namespace lorascope::text
