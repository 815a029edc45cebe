#include "core/analysis/structural_probe.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

Heads random_tree(std::size_t size, std::mt19937& random) {
  std::vector<std::int64_t> order(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = static_cast<std::int64_t>(i);
  std::shuffle(order.begin(), order.end(), random);
  Heads heads(size, -1);
  for (std::size_t i = 1; i < size; ++i) heads[static_cast<std::size_t>(order[i])] = order[random() % i];
  return heads;
}

/// Distances by Floyd and Warshall.
std::vector<double> all_pairs(const Heads& heads) {
  const std::size_t n = heads.size();
  std::vector<double> d(n * n, 1e9);
  for (std::size_t i = 0; i < n; ++i) {
    d[i * n + i] = 0;
    if (heads[i] < 0) continue;
    const auto head = static_cast<std::size_t>(heads[i]);
    d[i * n + head] = d[head * n + i] = 1;
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) d[i * n + j] = std::min(d[i * n + j], d[i * n + k] + d[k * n + j]);
  return d;
}

double weight_of(const std::vector<Edge>& edges, const std::vector<double>& distances, std::size_t n) {
  double sum = 0;
  for (const auto& [a, b] : edges) sum += distances[static_cast<std::size_t>(a) * n + static_cast<std::size_t>(b)];
  return sum;
}

/// Least weight of all trees over `n` words: every choice of n - 1 edges that connects.
double least_weight(const std::vector<double>& distances, std::size_t n) {
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) edges.emplace_back(i, j);
  double least = std::numeric_limits<double>::infinity();
  for (unsigned set = 0; set < 1u << edges.size(); ++set) {
    if (static_cast<std::size_t>(__builtin_popcount(set)) != n - 1) continue;
    std::vector<std::size_t> group(n);
    for (std::size_t i = 0; i < n; ++i) group[i] = i;
    std::vector<Edge> chosen;
    for (std::size_t e = 0; e < edges.size(); ++e) {
      if (!(set >> e & 1)) continue;
      chosen.push_back(edges[e]);
      const std::size_t from = group[static_cast<std::size_t>(edges[e].first)],
                        to = group[static_cast<std::size_t>(edges[e].second)];
      std::replace(group.begin(), group.end(), from, to);
    }
    const bool connected = std::all_of(group.begin(), group.end(), [&](std::size_t g) { return g == group[0]; });
    if (connected) least = std::min(least, weight_of(chosen, distances, n));
  }
  return least;
}

/// Sentences whose states hold the tree: coordinates in which squared distance is tree distance, mixed by a random map
/// into a wider space beside noise. One coordinate an edge: a word has 1 for each edge between it and the root.
std::vector<ProbeSentence> planted(std::size_t count, unsigned seed, bool has_tree = true) {
  constexpr std::int64_t kEdges = 12, kWidth = 24;
  const at::Tensor map = nn::draw_normal({kEdges, kWidth}, 1.0, 4, "map");
  std::mt19937 random(seed);
  std::vector<ProbeSentence> sentences;
  for (std::size_t s = 0; s < count; ++s) {
    const std::size_t n = 5 + random() % 6;
    ProbeSentence sentence;
    sentence.heads = random_tree(n, random);
    sentence.is_scored.assign(n, true);
    at::Tensor paths = at::zeros({static_cast<std::int64_t>(n), kEdges});
    for (std::size_t word = 0; word < n; ++word)
      for (auto at = static_cast<std::int64_t>(word); sentence.heads[static_cast<std::size_t>(at)] >= 0;
           at = sentence.heads[static_cast<std::size_t>(at)])
        paths[static_cast<std::int64_t>(word)][at] = 1;
    const std::string name = std::to_string(seed) + "/" + std::to_string(s);
    const at::Tensor noise = nn::draw_normal({static_cast<std::int64_t>(n), kWidth}, has_tree ? 0.05 : 1.0, 1, name);
    sentence.states = has_tree ? at::mm(paths, map) + noise : noise;
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

const ProbeOptions kQuick{16, 40, 5e-3, 20, 42};

}  // namespace

TEST_CASE("distances and depths in a tree are those of shortest paths", "[analysis]") {
  std::mt19937 random(1);
  for (int i = 0; i < 10; ++i) {
    const Heads heads = random_tree(3 + static_cast<std::size_t>(i), random);
    const std::vector<double> expected = all_pairs(heads);
    CHECK(tree_distances(heads) == expected);
    const auto root = static_cast<std::size_t>(std::find(heads.begin(), heads.end(), -1) - heads.begin());
    const auto row = expected.begin() + static_cast<std::ptrdiff_t>(root * heads.size());
    CHECK(tree_depths(heads) == std::vector<double>(row, row + static_cast<std::ptrdiff_t>(heads.size())));
  }
}

TEST_CASE("the spanning tree is the lightest of all, and of chosen words only", "[analysis]") {
  std::mt19937 random(2);
  for (int i = 0; i < 5; ++i) {
    const std::size_t n = 5;
    std::vector<double> distances(n * n, 0);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < a; ++b) distances[a * n + b] = distances[b * n + a] = static_cast<double>(random() % 1000);
    const std::vector<Edge> tree = spanning_tree(distances, std::vector<bool>(n, true));
    CHECK(tree.size() == n - 1);
    CHECK(weight_of(tree, distances, n) == least_weight(distances, n));
  }
  const Heads chain = {-1, 0, 1, 2};
  CHECK(spanning_tree(tree_distances(chain), {true, false, true, true}) == std::vector<Edge>{{0, 2}, {2, 3}});
  CHECK(spanning_tree(tree_distances(chain), {false, false, true, false}).empty());
}

TEST_CASE("a planted tree is found by the probe, and noise holds none", "[analysis]") {
  const ProbeScores found = probe_layer(planted(150, 1), planted(30, 2), planted(40, 3), kQuick);
  CHECK(found.uuas > 0.9);
  CHECK(found.spearman > 0.85);
  CHECK(found.root_accuracy > 0.8);
  CHECK(found.sentences == 40);
  const ProbeScores noise = probe_layer(planted(150, 1, false), planted(30, 2, false), planted(40, 3, false), kQuick);
  CHECK(noise.uuas < 0.5);
  CHECK(noise.spearman < 0.5);  // a word is nearest to itself in any case
  CHECK(noise.root_accuracy < 0.4);
}

TEST_CASE("the probe lowers its own loss in a descent that finite differences confirm", "[analysis]") {
  const std::vector<ProbeSentence> sentences = planted(3, 5);
  const auto loss = [&](const at::Tensor& probe, ProbeKind kind) {
    double sum = 0;
    for (const ProbeSentence& sentence : sentences) {
      const at::Tensor mapped = at::mm(sentence.states, probe.t());
      const auto n = static_cast<std::size_t>(mapped.size(0));
      const std::vector<double> wanted =
          kind == ProbeKind::Distance ? tree_distances(sentence.heads) : tree_depths(sentence.heads);
      double terms = 0;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto a = static_cast<std::int64_t>(i / n), b = static_cast<std::int64_t>(i % n);
        const at::Tensor vector = kind == ProbeKind::Distance ? mapped[a] - mapped[b] : mapped[b];
        terms += std::abs(vector.square().sum().item<double>() - wanted[i]);
      }
      sum += terms / static_cast<double>(wanted.size());
    }
    return sum / 3;
  };
  for (const ProbeKind kind : {ProbeKind::Distance, ProbeKind::Depth}) {
    ProbeOptions one_step = kQuick;
    one_step.epochs = 1;
    one_step.learning_rate = 1e-4;
    ProbeOptions none = one_step;
    none.epochs = 0;
    const at::Tensor start = train_probe(kind, sentences, sentences, none);
    const at::Tensor next = train_probe(kind, sentences, sentences, one_step);
    CHECK(loss(next, kind) < loss(start, kind));
    // Adam's first step is -rate · sign(gradient) in every entry: the signs must be those of the slopes.
    const at::Tensor step = next - start;
    for (const auto& [row, column] : std::vector<std::pair<int, int>>{{0, 0}, {3, 7}, {9, 20}}) {
      at::Tensor up = start.clone(), down = start.clone();
      up[row][column] += 1e-3;
      down[row][column] -= 1e-3;
      const double slope = loss(up, kind) - loss(down, kind);
      CHECK(slope * step[row][column].item<double>() < 0);
    }
  }
}

TEST_CASE("control trees hang on the words' forms alone", "[analysis]") {
  const std::vector<std::string> words = {"go", "and", "see", "the", "cook", "ran", "the", "cook"};
  const Heads heads = control_heads(words, 1);
  CHECK(heads[0] == -1);
  for (std::size_t i = 1; i < heads.size(); ++i) CHECK((heads[i] == 0 || heads[i] == static_cast<std::int64_t>(i) - 1));
  for (const std::size_t twice : {3, 4}) CHECK((heads[twice] == 0) == (heads[twice + 3] == 0));
  int differing = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) differing += control_heads(words, seed) != heads;
  CHECK(differing > 10);
  CHECK(control_heads(words, 1) == heads);
}

TEST_CASE("a probe without sentences is refused, and training stops when asked", "[analysis]") {
  CHECK_THROWS_AS(train_probe(ProbeKind::Distance, {}, planted(2, 1), kQuick), DataError);
  CHECK_THROWS_AS(train_probe(ProbeKind::Depth, planted(2, 1), planted(2, 1), kQuick, [] { return false; }),
                  Interrupted);
}

}  // namespace lorascope::analysis::test
