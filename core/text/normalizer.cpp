#include "core/text/normalizer.h"

#include <algorithm>

#include "core/text/unicode/unicode.h"

namespace lorascope::text {
namespace {

void push(NormalizedText& out, char32_t code, std::pair<int, int> origin) {
  out.codes.push_back(code);
  out.origins.push_back(origin);
}

NormalizedText clean_and_space(std::u32string_view text, int first, const NormalizerOptions& options) {
  NormalizedText out;
  out.codes.reserve(text.size());
  out.origins.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t code = text[i];
    const std::uint8_t flags = code_flags(code);
    const std::pair<int, int> origin = {first + static_cast<int>(i), first + static_cast<int>(i) + 1};
    if (options.clean_text && (flags & kIsRemoved) != 0) continue;
    if (options.clean_text && (flags & kIsWhitespace) != 0) code = U' ';
    const bool stands_alone = options.handle_chinese_chars && (flags & kIsIdeograph) != 0;
    if (stands_alone) push(out, U' ', origin);
    push(out, code, origin);
    if (stands_alone) push(out, U' ', origin);
  }
  return out;
}

// A decomposed code point: `begins` is true for the first of a decomposition, which takes the next place of the source.
struct Decomposed {
  char32_t code;
  std::uint8_t combining;
  bool begins;
};

std::vector<Decomposed> decompose(const std::u32string& codes) {
  std::vector<Decomposed> result;
  result.reserve(codes.size() + 16);
  std::u32string parts;
  std::size_t last_starter_end = 0;
  const auto sort_marks = [&] {
    std::stable_sort(result.begin() + static_cast<std::ptrdiff_t>(last_starter_end), result.end(),
                     [](const Decomposed& a, const Decomposed& b) { return a.combining < b.combining; });
  };
  for (const char32_t code : codes) {
    parts.clear();
    append_decomposition(code, parts);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::uint8_t combining = (code_flags(parts[i]) & kCombines) != 0 ? combining_class(parts[i]) : 0;
      if (combining == 0) {
        if (result.size() - last_starter_end > 1) sort_marks();
        last_starter_end = result.size() + 1;
      }
      result.push_back({parts[i], combining, i == 0});
    }
  }
  if (result.size() > last_starter_end + 1) sort_marks();
  return result;
}

// The original hands out places in the order of the sorted output, so a reordered mark may take a neighbour's place.
NormalizedText strip_accents(const NormalizedText& text) {
  NormalizedText out;
  out.codes.reserve(text.codes.size());
  out.origins.reserve(text.codes.size());
  std::size_t consumed = 0;
  for (const Decomposed& part : decompose(text.codes)) {
    std::pair<int, int> origin = {0, 0};
    if (part.begins) {
      origin = text.origins[consumed++];
    } else if (consumed > 0) {
      origin = text.origins[consumed - 1];
    }
    if ((code_flags(part.code) & kIsMark) == 0) push(out, part.code, origin);
  }
  return out;
}

bool needs_decomposition(const std::u32string& codes) {
  return std::any_of(codes.begin(), codes.end(),
                     [](char32_t code) { return (code_flags(code) & (kDecomposes | kCombines | kIsMark)) != 0; });
}

NormalizedText lower(const NormalizedText& text) {
  NormalizedText out;
  out.codes.reserve(text.codes.size());
  out.origins.reserve(text.codes.size());
  for (std::size_t i = 0; i < text.codes.size(); ++i) {
    const LowerCase lowered = lower_case(text.codes[i]);
    push(out, lowered.first, text.origins[i]);
    if (lowered.second != 0) push(out, lowered.second, text.origins[i]);
  }
  return out;
}

}  // namespace

NormalizedText normalize(std::u32string_view text, int first, const NormalizerOptions& options) {
  NormalizedText result = clean_and_space(text, first, options);
  if (options.strips_accents() && needs_decomposition(result.codes)) result = strip_accents(result);
  if (options.lowercase) result = lower(result);
  return result;
}

}  // namespace lorascope::text
