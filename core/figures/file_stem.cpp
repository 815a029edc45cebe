#include "core/figures/file_stem.h"

#include <cctype>
#include <cstddef>

namespace lorascope::figures {

std::string file_stem(const std::string& text, const std::string& otherwise) {
  std::string stem;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool kept = byte < 0x80 && (std::isalnum(byte) || letter == '.');
    if (kept) {
      stem += static_cast<char>(std::tolower(byte));
    } else if (!stem.empty() && stem.back() != '-') {
      stem += '-';
    }
  }
  while (!stem.empty() && (stem.back() == '-' || stem.back() == '.')) stem.pop_back();
  while (stem.starts_with('.') || stem.starts_with('-')) stem.erase(0, 1);
  return stem.empty() ? otherwise : stem;
}

}  // namespace lorascope::figures
