#include "core/text/windows.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "core/text/tokenizer.h"

namespace lorascope::text {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& found, const std::string& expected,
                       const std::string& hint) {
  throw EncodingError("cannot cut the text to its window", Problem{where, found, expected, hint});
}

std::vector<Window> cut(std::size_t length, std::size_t kept, const EncodeOptions& options) {
  if (kept >= length) return {{0, length}};
  if (kept == 0) return {{0, 0}, {0, length}};
  const auto stride = static_cast<std::size_t>(options.stride);
  if (stride >= kept) {
    fail("stride", std::to_string(stride), "less than the " + std::to_string(kept) + " tokens that a window keeps",
         "use a smaller stride or a larger max_length");
  }
  std::vector<Window> windows;
  for (std::size_t begin = 0;; begin += kept - stride) {
    windows.push_back({begin, std::min(begin + kept, length)});
    if (windows.back().end == length) return windows;
  }
}

// The shorter side keeps what it has up to half of the budget; ties go as in the original's closed form.
std::pair<std::size_t, std::size_t> share_budget(std::size_t first, std::size_t second, std::size_t budget) {
  const bool swapped = first > second;
  if (swapped) std::swap(first, second);
  second = first > budget ? first : std::max(first, budget - first);
  if (first + second > budget) {
    first = budget / 2;
    second = first + budget % 2;
  }
  if (swapped) std::swap(first, second);
  return {first, second};
}

std::size_t kept_of_side(const char* name, std::size_t length, std::size_t to_remove) {
  if (length > to_remove) return length - to_remove;
  fail(std::string("the ") + name + " sequence", std::to_string(length) + " tokens",
       "more than the " + std::to_string(to_remove) + " that must be removed",
       "use a larger max_length or cut the other sequence");
}

void check_options(const SequenceLengths& lengths, const EncodeOptions& options) {
  if (options.max_length < 0) fail("max_length", std::to_string(options.max_length), "0 (no limit) or more", "");
  if (options.stride < 0) fail("stride", std::to_string(options.stride), "0 or more", "");
  if (options.truncation == Truncation::None || options.max_length == 0) return;
  const auto max_length = static_cast<std::size_t>(options.max_length);
  const std::size_t needed = std::max(lengths.num_special, lengths.num_special_single);
  if (max_length < needed) {
    fail("max_length", std::to_string(max_length), "at least the " + std::to_string(needed) + " special tokens", "");
  }
  const std::size_t largest = max_length - lengths.num_special_single;
  if (static_cast<std::size_t>(options.stride) > largest) {
    fail("stride", std::to_string(options.stride), "at most " + std::to_string(largest), "use a smaller stride");
  }
}

}  // namespace

WindowPlan plan_windows(const SequenceLengths& lengths, const EncodeOptions& options) {
  check_options(lengths, options);
  WindowPlan plan = {{{0, lengths.first}}, {}};
  if (lengths.has_second) plan.second = {{0, lengths.second}};
  if (options.truncation == Truncation::None || options.max_length == 0) return plan;

  const std::size_t budget = static_cast<std::size_t>(options.max_length) - lengths.num_special;
  const std::size_t total = lengths.first + lengths.second;
  std::size_t kept_first = lengths.first, kept_second = lengths.second;
  if (budget == 0) {
    kept_first = kept_second = 0;
  } else if (total <= budget) {
    return plan;
  } else if (options.truncation == Truncation::OnlyFirst) {
    kept_first = kept_of_side("first", lengths.first, total - budget);
  } else if (options.truncation == Truncation::OnlySecond) {
    if (!lengths.has_second) {
      fail("the second sequence", "none",
           "one, since only_second must remove " + std::to_string(total - budget) + " tokens",
           "use longest_first for single texts");
    }
    kept_second = kept_of_side("second", lengths.second, total - budget);
  } else if (lengths.has_second) {
    std::tie(kept_first, kept_second) = share_budget(lengths.first, lengths.second, budget);
  } else {
    kept_first = budget;
  }
  plan.first = cut(lengths.first, kept_first, options);
  if (lengths.has_second) plan.second = cut(lengths.second, kept_second, options);
  return plan;
}

}  // namespace lorascope::text
