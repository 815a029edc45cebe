#include "core/study/adapter_reference.h"

#include <charconv>

#include "core/study/run_settings.h"

namespace lorascope::study {
namespace {

constexpr std::string_view kRun = "run:";

}  // namespace

AdapterReference AdapterReference::parse(std::string_view text) {
  AdapterReference reference;
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos && equals > 0 && text.substr(0, equals).find('/') == std::string_view::npos) {
    reference.name = text.substr(0, equals);
    text = text.substr(equals + 1);
  }
  std::int64_t run = 0;
  if (text.starts_with(kRun)) {
    const std::string_view digits = text.substr(kRun.size());
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), run);
    if (problem == std::errc() && end == digits.data() + digits.size() && run > 0) {
      reference.run = run;
      return reference;
    }
  }
  reference.folder = text;
  return reference;
}

std::string AdapterReference::text() const {
  const std::string place = run ? std::string(kRun) + std::to_string(*run) : folder;
  return name.empty() ? place : name + "=" + place;
}

std::vector<std::int64_t> parent_runs(const RunSettings& settings) {
  std::vector<std::int64_t> runs;
  if (!mixes_adapters(settings.method)) return runs;
  for (const std::string& text : settings.xlora.adapters) {
    if (const auto reference = AdapterReference::parse(text); reference.run) runs.push_back(*reference.run);
  }
  return runs;
}

}  // namespace lorascope::study
