#include "core/figures/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/figures/number_text.h"

namespace lorascope::figures {
namespace {

// Room for a tick exactly at the end of the range, where rounding may put it a little outside.
constexpr double kSlack = 1e-9;

std::string superscript(int number) {
  static constexpr std::array<const char*, 10> kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = number < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(number))) text += kDigits[static_cast<std::size_t>(digit - '0')];
  return text;
}

std::string with_minus_sign(const std::string& text) {
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

int decimals_of(double step) {
  return std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
}

// "3×10⁻⁵", with as many decimals as the step asks for; "10⁻⁵" when the first factor is 1.
std::string power_text(double value, double step) {
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-12));
  const double power = std::pow(10, exponent);
  const std::string mantissa = fixed_number(value / power, decimals_of(step / power));
  if (mantissa == "1") return "10" + superscript(exponent);
  return with_minus_sign(mantissa) + "×10" + superscript(exponent);
}

struct Steps {
  double step;
  std::int64_t first, last;  // multiples of step
};

Steps steps_inside(Range range, double step) {
  return {step, static_cast<std::int64_t>(std::ceil(range.low / step - kSlack)),
          static_cast<std::int64_t>(std::floor(range.high / step + kSlack))};
}

Steps choose_steps(Range range, int max_ticks, bool whole_numbers) {
  const double span = range.high - range.low;
  double power = std::pow(10, std::floor(std::log10(span / max_ticks)) - 1);
  if (whole_numbers) power = std::max(power, 1.0);
  for (;; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const Steps steps = steps_inside(range, factor * power);
      if (steps.last - steps.first < max_ticks) return steps;
    }
  }
}

std::string linear_text(double value, double step, double largest) {
  if (value == 0) return "0";
  if (largest >= 1e10 || largest < 1e-4) return power_text(value, step);
  if (step >= 1e6 || (largest >= 1e6 && std::fmod(step, 1e5) == 0)) {
    return with_minus_sign(fixed_number(value / 1e6, std::fmod(step, 1e6) == 0 ? 0 : 1)) + "M";
  }
  if (largest >= 1e4 && std::fmod(step, 1e3) == 0) return with_minus_sign(fixed_number(value / 1e3, 0)) + "k";
  return with_minus_sign(fixed_number(value, decimals_of(step)));
}

std::vector<Tick> linear_ticks(Range range, int max_ticks, bool whole_numbers) {
  const Steps steps = choose_steps(range, max_ticks, whole_numbers);
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  std::vector<Tick> ticks;
  for (std::int64_t i = steps.first; i <= steps.last; ++i) {
    const double value = static_cast<double>(i) * steps.step;
    ticks.push_back({value, linear_text(value, steps.step, largest)});
  }
  return ticks;
}

std::string log_text(double value, bool plain) {
  if (!plain) return value == 1 ? "1" : value == 10 ? "10" : power_text(value, value);
  if (value >= 1e6) return fixed_number(value / 1e6, 0) + "M";
  if (value >= 1e4) return fixed_number(value / 1e3, 0) + "k";
  return fixed_number(value, decimals_of(value));
}

std::vector<double> values_of_decades(Range range, const std::vector<double>& factors, int stride) {
  const int first = static_cast<int>(std::floor(std::log10(range.low) - kSlack));
  const int last = static_cast<int>(std::ceil(std::log10(range.high) + kSlack));
  std::vector<double> values;
  for (int exponent = first; exponent <= last; ++exponent) {
    if (exponent % stride != 0) continue;
    for (const double factor : factors) {
      const double value = factor * std::pow(10, exponent);
      if (value >= range.low * (1 - kSlack) && value <= range.high * (1 + kSlack)) values.push_back(value);
    }
  }
  return values;
}

std::vector<Tick> log_ticks(Range range, int max_ticks, bool whole_numbers) {
  const auto fits = [max_ticks](const std::vector<double>& values) {
    return values.size() >= 2 && values.size() <= static_cast<std::size_t>(max_ticks);
  };
  constexpr double kManyDecades = 300;  // 2.5 of them: powers of ten alone say enough
  std::vector<double> values = values_of_decades(range, {1}, 1);
  if (range.high / range.low < kManyDecades) {
    for (const std::vector<double>& factors : {std::vector<double>{1, 2, 5}, {1, 3}, {1}}) {
      values = values_of_decades(range, factors, 1);
      if (fits(values)) break;
    }
  }
  for (int stride = 2; values.size() > static_cast<std::size_t>(max_ticks); ++stride) {
    values = values_of_decades(range, {1}, stride);
  }
  if (values.size() < 2) return linear_ticks(range, max_ticks, whole_numbers);
  const bool plain =
      values.front() >= 1e-2 * (1 - kSlack) && values.back() < 1e7 && values.back() / values.front() < 1e4;
  std::vector<Tick> ticks;
  for (const double value : values) ticks.push_back({value, log_text(value, plain)});
  return ticks;
}

}  // namespace

std::vector<Tick> axis_ticks(Range range, const Axis& axis, int max_ticks) {
  max_ticks = std::max(max_ticks, 2);
  std::vector<Tick> ticks = axis.log ? log_ticks(range, max_ticks, axis.whole_numbers)
                                     : linear_ticks(range, max_ticks, axis.whole_numbers);
  // A linear step inside a log range may reach 0 or below; decades below 1 are fractions.
  const double least = axis.whole_numbers ? 1 - kSlack : std::numeric_limits<double>::min();
  if (axis.log) std::erase_if(ticks, [least](const Tick& tick) { return tick.value < least; });
  return ticks;
}

}  // namespace lorascope::figures
