#include "core/figures/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace lorascope::figures {
namespace {

constexpr const char* kNone = "—";

std::string formatted(double value, std::chars_format format, int digits) {
  std::array<char, 400> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, digits);
  return {buffer.data(), result.ptr};
}

void group_thousands(std::string& text) {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  std::size_t end = text.find('.');
  if (end == std::string::npos) end = text.size();
  for (std::size_t at = end; at > first + 3; at -= 3) text.insert(at - 3, 1, ',');
}

// "1.2e-07" to "1.2e-7", and trailing zeros of the mantissa away.
std::string tidy_exponent(const std::string& text) {
  const std::size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.ends_with('.')) mantissa.pop_back();
  }
  std::string digits = text.substr(e + 2);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return mantissa + (text[e + 1] == '-' ? "e-" : "e") + digits;
}

}  // namespace

std::string exact_number(double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string fixed_number(double value, int digits) {
  if (std::isnan(value)) return kNone;
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  if (std::abs(value) >= 1e15) return short_number(value);
  std::string text = formatted(value, std::chars_format::fixed, digits);
  if (text.find_first_not_of("-0.") == std::string::npos && text.starts_with('-')) text.erase(0, 1);
  group_thousands(text);
  return text;
}

std::string short_number(double value) {
  if (std::isnan(value)) return kNone;
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1e7 || size < 1e-4) return tidy_exponent(formatted(value, std::chars_format::scientific, 3));
  const int digits = std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
  std::string text = formatted(value, std::chars_format::fixed, digits);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  group_thousands(text);
  return text;
}

}  // namespace lorascope::figures
