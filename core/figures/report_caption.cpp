#include <algorithm>
#include <cctype>
#include <map>

#include "core/figures/file_stem.h"
#include "core/figures/report_content.h"
#include "core/figures/statistics.h"

namespace lorascope::figures {
namespace {

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  if (text.back() != '.') text += '.';
  return text;
}

// "42, 43, 44" of the runs' seeds; run numbers where they have none.
std::string seeds_text(const std::vector<std::size_t>& members, std::span<const store::RunRecord> runs) {
  std::string text;
  for (const std::size_t member : members) {
    std::string seed = seed_name(runs[member]);
    if (seed.starts_with("seed ")) seed.erase(0, 5);
    text += (text.empty() ? "" : ", ") + seed;
  }
  return text;
}

std::string count_text(const std::vector<std::size_t>& members, std::span<const store::RunRecord> runs) {
  const bool one = members.size() == 1;
  return "n = " + std::to_string(members.size()) + (one ? " run (seed " : " runs (seeds ") +
         seeds_text(members, runs) + ")";
}

// A map shows one group, or two of which one is taken from the other.
bool is_shown(const ReportQuery& query, const RunGroup& group) {
  if (query.kind != ReportKind::LayerMap || query.group.empty()) return true;
  return group.name == query.group || group.name == query.minus;
}

std::string runs_sentence(const ReportQuery& query, std::span<const store::RunRecord> runs) {
  constexpr std::size_t kMostGroups = 6;
  if (runs.empty()) return {};
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  const std::vector<RunGroup> groups = group_runs(
      records, query.curves.grouping == Grouping::Value ? query.curves.grouping : Grouping(Grouping::Setting));
  if (groups.size() > kMostGroups) {
    return std::to_string(groups.size()) + " settings, n = " + std::to_string(runs.size()) + " runs";
  }
  std::string text;
  for (const RunGroup& group : groups) {
    if (!is_shown(query, group)) continue;
    text += (text.empty() ? "" : "; ") + group.name + ": " + count_text(group.members, runs);
  }
  return text;
}

std::string band_sentence(const FigureData& figure, const ReportQuery& query) {
  std::string text;
  if (!figure.bands.empty()) {
    text = query.curves.band == BandKind::Interval ? "shaded: 95 % interval of the mean over seeds (Student's t)"
                                                   : "shaded: smallest to largest of the seeds";
  }
  const auto of_role = [&](Role role) {
    return std::any_of(figure.lines.begin(), figure.lines.end(),
                       [role](const Line& line) { return line.style.role == role; });
  };
  if (of_role(Role::Single)) text += (text.empty() ? "" : "; ") + std::string("thin lines: single seeds");
  if (query.curves.smoothing > 0 && query.kind == ReportKind::Curves) {
    text += (text.empty() ? "" : "; ") + std::string("smoothed by a debiased moving average of weight ") +
            cell_text({.text = "", .value = query.curves.smoothing, .spread = {}},
                      {.name = "", .unit = "", .align = Align::Right, .digits = 2});
  }
  return text;
}

}  // namespace

std::string generated_caption(const Content& content, const ReportQuery& query,
                              std::span<const store::RunRecord> runs) {
  std::string caption = sentence(title_of(content));
  const auto append = [&](const std::string& text) {
    if (!text.empty()) caption += (caption.empty() ? "" : " ") + sentence(text);
  };
  if (const auto* figure = std::get_if<FigureData>(&content)) {
    if (query.kind == ReportKind::Curves) {
      caption = sentence(figure->title + " against " + figure->x.full_label());
    } else {
      append(figure->note);
    }
    append(band_sentence(*figure, query));
  } else {
    append(note_of(content));
  }
  append(runs_sentence(query, runs));
  return caption;
}

std::string label_stem(const std::string& label, const std::string& otherwise) {
  const std::size_t colon = label.find(':');
  return file_stem(colon == std::string::npos ? label : label.substr(colon + 1), otherwise);
}

}  // namespace lorascope::figures
