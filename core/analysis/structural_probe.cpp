#include "core/analysis/structural_probe.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "core/analysis/ranks.h"
#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

constexpr double kStart = 0.05;
constexpr int kPatience = 3;
constexpr std::size_t kShortest = 5, kLongest = 50;  ///< lengths that the correlation looks at

/// A sentence with what the probe is fitted to: [n,n] or [n].
struct Target {
  const ProbeSentence* sentence;
  at::Tensor wanted;
};

std::vector<Target> targets(ProbeKind kind, const std::vector<ProbeSentence>& sentences) {
  std::vector<Target> result;
  for (const ProbeSentence& sentence : sentences) {
    const auto n = static_cast<std::int64_t>(sentence.heads.size());
    const bool pairs = kind == ProbeKind::Distance;
    const at::Tensor wanted = at::tensor(pairs ? tree_distances(sentence.heads) : tree_depths(sentence.heads));
    result.push_back({&sentence, wanted.to(at::kFloat).view(pairs ? at::IntArrayRef({n, n}) : at::IntArrayRef({n}))});
  }
  return result;
}

/// What the probe says of P = H Bᵀ [n,K].
at::Tensor predicted(ProbeKind kind, const at::Tensor& mapped) {
  const at::Tensor squares = mapped.square().sum(1);
  if (kind == ProbeKind::Depth) return squares;
  return squares.unsqueeze(0) + squares.unsqueeze(1) - 2 * at::mm(mapped, mapped.t());
}

/// The loss of one sentence; its gradient is added to `gradient` [K,H] where that is defined.
double add_sentence(ProbeKind kind, const Target& target, const at::Tensor& probe, at::Tensor& gradient) {
  const at::Tensor& states = target.sentence->states;
  const at::Tensor mapped = at::mm(states, probe.t());
  const at::Tensor error = predicted(kind, mapped) - target.wanted;
  const double terms = static_cast<double>(target.wanted.numel());
  if (gradient.defined()) {
    const at::Tensor sign = error.sign() / terms;
    // Of Σ_ij G_ij ‖p_i - p_j‖² with G symmetric: 4 (diag(G 1) - G) P.
    const at::Tensor d_mapped = kind == ProbeKind::Depth
                                    ? 2 * sign.unsqueeze(1) * mapped
                                    : 4 * (sign.sum(1, true) * mapped - at::mm(sign, mapped));
    gradient.addmm_(d_mapped.t(), states);
  }
  return error.abs().sum().item<double>() / terms;
}

double mean_loss(ProbeKind kind, const std::vector<Target>& sentences, const at::Tensor& probe) {
  at::Tensor none;
  double sum = 0;
  for (const Target& target : sentences) sum += add_sentence(kind, target, probe, none);
  return sum / static_cast<double>(sentences.size());
}

/// Adam's two moments ([Adam] alg. 1).
class Adam {
 public:
  Adam(const at::Tensor& like, double rate) : first_(at::zeros_like(like)), second_(at::zeros_like(like)), rate_(rate) {}

  void step(at::Tensor& value, const at::Tensor& gradient) {
    constexpr double kFirst = 0.9, kSecond = 0.999, kTiny = 1e-8;
    ++steps_;
    first_.mul_(kFirst).add_(gradient, 1 - kFirst);
    second_.mul_(kSecond).addcmul_(gradient, gradient, 1 - kSecond);
    const at::Tensor spread = (second_ / (1 - std::pow(kSecond, steps_))).sqrt_().add_(kTiny);
    value.addcdiv_(first_, spread, -rate_ / (1 - std::pow(kFirst, steps_)));
  }

 private:
  at::Tensor first_, second_;
  double rate_;
  int steps_ = 0;
};

void shuffle(std::vector<std::size_t>& order, std::mt19937_64& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

/// Mean over words of Spearman's ρ between a row of predicted and of tree distances.
double sentence_correlation(const at::Tensor& distances, const std::vector<double>& wanted) {
  const std::int64_t n = distances.size(0);
  const at::Tensor rows = distances.to(at::kDouble).contiguous();
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t word = 0; word < n; ++word) {
    const auto length = static_cast<std::size_t>(n);
    const double rho = spearman({rows.const_data_ptr<double>() + word * n, length},
                                {wanted.data() + static_cast<std::size_t>(word) * length, length});
    if (!std::isfinite(rho)) continue;
    sum += rho;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

double mean_of(const std::vector<double>& values) {
  return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                        : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The scored word of least depth.
std::int64_t predicted_root(const at::Tensor& depths, const std::vector<bool>& is_scored) {
  std::int64_t root = -1;
  for (std::int64_t word = 0; word < depths.size(0); ++word) {
    if (!is_scored[static_cast<std::size_t>(word)]) continue;
    if (root < 0 || depths[word].item<float>() < depths[root].item<float>()) root = word;
  }
  return root;
}

}  // namespace

at::Tensor train_probe(ProbeKind kind, const std::vector<ProbeSentence>& train, const std::vector<ProbeSentence>& dev,
                       const ProbeOptions& options, const std::function<bool()>& going_on) {
  const at::NoGradGuard no_grad;
  if (train.empty() || dev.empty())
    throw DataError("cannot fit a probe", Problem{"the treebank", "too few sentences", "some to fit and some to test", ""});
  const std::vector<Target> seen = targets(kind, train), held = targets(kind, dev);
  const std::int64_t width = train.front().states.size(1);
  const at::Generator random_start = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  at::Tensor probe = at::empty({std::min(options.rank, width), width}, at::kFloat).uniform_(-kStart, kStart, random_start);
  at::Tensor best = probe.clone(), gradient = at::zeros_like(probe);
  double least = mean_loss(kind, held, probe);
  Adam adam(probe, options.learning_rate);
  std::mt19937_64 random(options.seed);
  std::vector<std::size_t> order(seen.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int epoch = 0, waited = 0; epoch < options.epochs && waited < kPatience; ++epoch) {
    if (going_on && !going_on()) throw Interrupted("interrupted, nothing was written");
    shuffle(order, random);
    for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(options.batch)) {
      const std::size_t end = std::min(order.size(), begin + static_cast<std::size_t>(options.batch));
      gradient.zero_();
      for (std::size_t i = begin; i < end; ++i) add_sentence(kind, seen[order[i]], probe, gradient);
      adam.step(probe, gradient / static_cast<double>(end - begin));
    }
    const double loss = mean_loss(kind, held, probe);
    ++waited;
    if (loss >= least) continue;
    least = loss;
    best = probe.clone();
    waited = 0;
  }
  return best;
}

ProbeScores score_probe(const at::Tensor& distance_probe, const at::Tensor& depth_probe,
                        const std::vector<ProbeSentence>& sentences) {
  const at::NoGradGuard no_grad;
  ProbeScores scores;
  std::int64_t edges = 0, found = 0, roots = 0;
  std::map<std::size_t, std::vector<double>> correlations;
  for (const ProbeSentence& sentence : sentences) {
    const std::vector<double> wanted = tree_distances(sentence.heads);
    const at::Tensor distances = predicted(ProbeKind::Distance, at::mm(sentence.states, distance_probe.t()));
    const at::Tensor plain = distances.to(at::kDouble).contiguous();
    const std::vector<Edge> gold = spanning_tree(wanted, sentence.is_scored);
    const std::vector<Edge> guess =
        spanning_tree({plain.const_data_ptr<double>(), wanted.size()}, sentence.is_scored);
    std::vector<Edge> both;
    std::set_intersection(gold.begin(), gold.end(), guess.begin(), guess.end(), std::back_inserter(both));
    edges += static_cast<std::int64_t>(gold.size());
    found += static_cast<std::int64_t>(both.size());
    const std::int64_t root = predicted_root(
        predicted(ProbeKind::Depth, at::mm(sentence.states, depth_probe.t())), sentence.is_scored);
    if (root >= 0 && sentence.heads[static_cast<std::size_t>(root)] < 0) ++roots;
    const std::size_t length = sentence.heads.size();
    if (length < kShortest || length > kLongest) continue;
    const double rho = sentence_correlation(distances, wanted);
    if (std::isfinite(rho)) correlations[length].push_back(rho);
  }
  std::vector<double> by_length;
  for (const auto& [length, values] : correlations) by_length.push_back(mean_of(values));
  scores.sentences = static_cast<std::int64_t>(sentences.size());
  scores.uuas = edges > 0 ? static_cast<double>(found) / static_cast<double>(edges) : std::nan("");
  scores.spearman = mean_of(by_length);
  scores.root_accuracy = static_cast<double>(roots) / static_cast<double>(std::max<std::size_t>(1, sentences.size()));
  return scores;
}

ProbeScores probe_layer(const std::vector<ProbeSentence>& train, const std::vector<ProbeSentence>& dev,
                        const std::vector<ProbeSentence>& test, const ProbeOptions& options,
                        const std::function<bool()>& going_on) {
  const at::Tensor distance = train_probe(ProbeKind::Distance, train, dev, options, going_on);
  const at::Tensor depth = train_probe(ProbeKind::Depth, train, dev, options, going_on);
  return score_probe(distance, depth, test);
}

Heads control_heads(std::span<const std::string> words, std::uint64_t seed) {
  Heads heads;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint64_t hash = 0xCBF29CE484222325ULL ^ (seed * 0x9E3779B97F4A7C15ULL);
    for (const char letter : words[i]) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
    hash = (hash ^ hash >> 30) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 31;
    heads.push_back(i == 0 ? -1 : hash & 1 ? static_cast<std::int64_t>(i - 1) : 0);
  }
  return heads;
}

}  // namespace lorascope::analysis
