#include "core/analysis/dependency_tree.h"

#include <algorithm>
#include <limits>
#include <queue>

namespace lorascope::analysis {
namespace {

std::vector<std::vector<std::size_t>> neighbours(const Heads& heads) {
  std::vector<std::vector<std::size_t>> result(heads.size());
  for (std::size_t word = 0; word < heads.size(); ++word) {
    if (heads[word] < 0) continue;
    const auto head = static_cast<std::size_t>(heads[word]);
    result[word].push_back(head);
    result[head].push_back(word);
  }
  return result;
}

/// Edges from `start` to every word.
std::vector<double> steps_from(std::size_t start, const std::vector<std::vector<std::size_t>>& edges) {
  std::vector<double> steps(edges.size(), -1);
  steps[start] = 0;
  std::queue<std::size_t> waiting({start});
  for (; !waiting.empty(); waiting.pop())
    for (const std::size_t next : edges[waiting.front()])
      if (steps[next] < 0) {
        steps[next] = steps[waiting.front()] + 1;
        waiting.push(next);
      }
  return steps;
}

}  // namespace

std::vector<double> tree_distances(const Heads& heads) {
  const auto edges = neighbours(heads);
  std::vector<double> distances;
  for (std::size_t word = 0; word < heads.size(); ++word) {
    const std::vector<double> steps = steps_from(word, edges);
    distances.insert(distances.end(), steps.begin(), steps.end());
  }
  return distances;
}

std::vector<double> tree_depths(const Heads& heads) {
  const auto root = std::find(heads.begin(), heads.end(), -1);
  return steps_from(static_cast<std::size_t>(root - heads.begin()), neighbours(heads));
}

std::vector<Edge> spanning_tree(std::span<const double> distances, const std::vector<bool>& chosen) {
  const std::size_t n = chosen.size();
  std::vector<double> nearest(n, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> from(n, n);
  std::vector<bool> inside(n, false);
  std::vector<Edge> edges;
  const auto first = static_cast<std::size_t>(std::find(chosen.begin(), chosen.end(), true) - chosen.begin());
  for (std::size_t next = first; next < n;) {
    inside[next] = true;
    if (from[next] < n)
      edges.emplace_back(static_cast<std::int64_t>(std::min(next, from[next])),
                         static_cast<std::int64_t>(std::max(next, from[next])));
    std::size_t closest = n;
    for (std::size_t word = 0; word < n; ++word) {
      if (!chosen[word] || inside[word]) continue;
      const double distance = distances[next * n + word];
      if (distance < nearest[word] || from[word] == n) {
        nearest[word] = distance;
        from[word] = next;
      }
      if (closest == n || nearest[word] < nearest[closest]) closest = word;
    }
    next = closest;
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

}  // namespace lorascope::analysis
