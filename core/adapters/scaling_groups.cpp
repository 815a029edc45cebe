#include "core/adapters/scaling_groups.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>

namespace lorascope::adapters {
namespace {

/// "bert.encoder.layer.3.attention.self.query" -> "3" and "attention.self.query"; both empty without a number.
struct Place {
  std::string block, kind;
};

Place place_of(const std::string& path) {
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    const bool is_number = !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char letter) {
      return std::isdigit(letter) != 0;
    });
    if (is_number) return {part, end < path.size() ? path.substr(end + 1) : ""};
    begin = end + 1;
  }
  return {};
}

/// Mean of `values` [K,..] over each group of its first axis.
at::Tensor mean_over_first(const at::Tensor& values, const Groups& groups) {
  const at::NoGradGuard no_grad;
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape.front() = static_cast<std::int64_t>(groups.names.size());
  const at::Tensor sums = at::zeros(shape, at::kDouble);
  const at::Tensor counts = at::zeros({shape.front()}, at::kDouble);
  std::vector<std::int64_t> members, numbers;
  for (std::size_t i = 0; i < groups.numbers.size(); ++i) {
    if (groups.numbers[i] < 0) continue;
    members.push_back(static_cast<std::int64_t>(i));
    numbers.push_back(groups.numbers[i]);
  }
  const at::Tensor to = at::tensor(numbers, at::kLong);
  sums.index_add_(0, to, values.index_select(0, at::tensor(members, at::kLong)).to(at::kDouble));
  counts.index_add_(0, to, at::ones({to.size(0)}, at::kDouble));
  std::vector<std::int64_t> ones(shape.size(), 1);
  ones.front() = shape.front();
  return sums / counts.view(ones);
}

}  // namespace

Groups by_name(const std::vector<std::string>& names) {
  Groups groups;
  for (const std::string& name : names) {
    if (name.empty()) {
      groups.numbers.push_back(-1);
      continue;
    }
    const auto found = std::find(groups.names.begin(), groups.names.end(), name);
    groups.numbers.push_back(found - groups.names.begin());
    if (found == groups.names.end()) groups.names.push_back(name);
  }
  return groups;
}

Groups modules_by_block(const std::vector<std::string>& paths) {
  std::vector<std::string> blocks;
  for (const std::string& path : paths) blocks.push_back(place_of(path).block);
  return by_name(blocks);
}

Groups modules_by_kind(const std::vector<std::string>& paths) {
  std::vector<std::string> kinds;
  for (const std::string& path : paths) kinds.push_back(place_of(path).kind);
  return by_name(kinds);
}

at::Tensor mean_over_tokens(const at::Tensor& scalings, const Groups& tokens) {
  return mean_over_first(scalings, tokens);
}

at::Tensor mean_over_modules(const at::Tensor& scalings, const Groups& modules) {
  const std::int64_t axis = scalings.dim() - 2;
  return mean_over_first(scalings.movedim(axis, 0), modules).movedim(0, axis);
}

}  // namespace lorascope::adapters
