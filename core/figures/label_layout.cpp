#include "core/figures/label_layout.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace lorascope::figures {
namespace {

// Neighbours that would overlap move as one block; its place is the mean of what its members wish.
struct Block {
  double sum_of_starts;  // over members: wished centre minus the offset inside the block
  std::size_t count;

  double start() const { return sum_of_starts / static_cast<double>(count); }
};

}  // namespace

std::vector<double> spread_labels(std::span<const double> wished, double height, double low, double high) {
  const std::size_t num_labels = wished.size();
  std::vector<double> result(num_labels);
  if (num_labels == 0) return result;
  const double first = low + height / 2, last = high - height / 2;
  if (static_cast<double>(num_labels) * height > high - low) {
    height = num_labels > 1 ? std::max(0.0, last - first) / static_cast<double>(num_labels - 1) : 0;
  }
  std::vector<std::size_t> order(num_labels);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wished[a] < wished[b]; });

  std::vector<Block> blocks;
  for (const std::size_t label : order) {
    blocks.push_back({std::clamp(wished[label], first, std::max(first, last)), 1});
    while (blocks.size() > 1) {
      const Block& above = blocks[blocks.size() - 2];
      const Block& below = blocks.back();
      const double extent = static_cast<double>(above.count) * height;
      if (above.start() + extent <= below.start()) break;
      const Block merged{above.sum_of_starts + below.sum_of_starts - static_cast<double>(below.count) * extent,
                         above.count + below.count};
      blocks.pop_back();
      blocks.back() = merged;
    }
  }
  // Bounds: push down from the top, then up from the bottom; blocks keep their order and stay apart.
  std::vector<double> centres;
  for (const Block& block : blocks) {
    for (std::size_t i = 0; i < block.count; ++i) centres.push_back(block.start() + static_cast<double>(i) * height);
  }
  double least = first;
  for (double& centre : centres) {
    centre = std::max(centre, least);
    least = centre + height;
  }
  double greatest = std::max(first, last);
  for (std::size_t i = centres.size(); i-- > 0;) {
    centres[i] = std::min(centres[i], greatest);
    greatest = centres[i] - height;
  }
  for (std::size_t i = 0; i < num_labels; ++i) result[order[i]] = centres[i];
  return result;
}

}  // namespace lorascope::figures
