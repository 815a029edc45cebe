#include "core/metrics/entities.h"

#include <string_view>

namespace lorascope::metrics {
namespace {

struct Tag {
  char prefix = 'O';
  std::string_view type = "_";
};

// seqeval's default mode cuts the type at the first hyphen behind the prefix letter.
Tag lenient_tag(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t hyphen = text.find('-', 1);
  const std::string_view type = hyphen == std::string_view::npos ? text.substr(1) : text.substr(hyphen + 1);
  return {text.front(), type.empty() ? std::string_view("_") : type};
}

// Its strict mode takes hyphens off both ends of what follows the letter.
Tag strict_tag(std::string_view text) {
  if (text.empty()) return {};
  std::string_view type = text.substr(1);
  while (type.starts_with('-')) type.remove_prefix(1);
  while (type.ends_with('-')) type.remove_suffix(1);
  return {text.front(), type.empty() ? std::string_view("_") : type};
}

bool is_inside(char prefix) {
  return prefix == 'B' || prefix == 'I';
}
bool is_last(char prefix) {
  return prefix == 'E' || prefix == 'S';
}

bool ends_before(const Tag& previous, const Tag& tag) {
  if (previous.prefix == 'O' || previous.prefix == '.') return false;
  if (is_last(previous.prefix) || previous.type != tag.type) return true;
  return is_inside(previous.prefix) && (tag.prefix == 'B' || tag.prefix == 'S' || tag.prefix == 'O');
}

bool starts_at(const Tag& previous, const Tag& tag) {
  if (tag.prefix == 'O' || tag.prefix == '.') return false;
  if (tag.prefix == 'B' || tag.prefix == 'S' || previous.type != tag.type) return true;
  return (previous.prefix == 'O' || is_last(previous.prefix)) && (tag.prefix == 'I' || tag.prefix == 'E');
}

}  // namespace

std::vector<Entity> lenient_entities(std::span<const std::string> tags) {
  std::vector<Entity> entities;
  Tag previous;
  int first = 0;
  for (std::size_t i = 0; i <= tags.size(); ++i) {
    const Tag tag = i < tags.size() ? lenient_tag(tags[i]) : Tag{};
    const int place = static_cast<int>(i);
    if (ends_before(previous, tag)) entities.push_back({std::string(previous.type), first, place - 1});
    if (starts_at(previous, tag)) first = place;
    previous = tag;
  }
  return entities;
}

std::vector<Entity> strict_entities(std::span<const std::string> tags) {
  std::vector<Entity> entities;
  for (std::size_t i = 0; i < tags.size();) {
    const Tag begin = strict_tag(tags[i]);
    const std::size_t first = i++;
    if (begin.prefix != 'B') continue;
    for (; i < tags.size(); ++i) {
      const Tag tag = strict_tag(tags[i]);
      if (tag.prefix != 'I' || tag.type != begin.type) break;
    }
    entities.push_back({std::string(begin.type), static_cast<int>(first), static_cast<int>(i) - 1});
  }
  return entities;
}

}  // namespace lorascope::metrics
