#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/dependency_tree.h"

namespace lorascope::analysis {

/// A sentence of a treebank with one vector a word.
struct ProbeSentence {
  at::Tensor states;            ///< [n,H] fp32
  Heads heads;                  ///< [n]
  std::vector<bool> is_scored;  ///< [n] not punctuation
};

struct ProbeOptions {
  std::int64_t rank = 64;  ///< rows of B, at most H
  int epochs = 30;         ///< at most; training ends after 3 epochs without a lower loss on the dev sentences
  double learning_rate = 1e-3;
  std::int64_t batch = 20;  ///< sentences of one step
  std::uint64_t seed = 42;
};

/// Which quantity of the tree B is fitted to ([Structural probe] §2): ‖B(h_i - h_j)‖² to the distance of two words, or
/// ‖B h_i‖² to a word's depth.
enum class ProbeKind { Distance, Depth };

/// B [K,H]: the mean over sentences of Σ|tree - probe| / n² (Distance) or / n (Depth) is minimised by Adam from a
/// uniform start in ±0.05. `going_on` is asked once an epoch; false throws Interrupted. Deterministic.
at::Tensor train_probe(ProbeKind kind, const std::vector<ProbeSentence>& train, const std::vector<ProbeSentence>& dev,
                       const ProbeOptions& options, const std::function<bool()>& going_on = {});

struct ProbeScores {
  double uuas = 0;           ///< share of gold edges between scored words that the probe's spanning trees have
  /// Of distances, a word at a time with itself among the others, so that noise lies above 0; mean over sentences of each
  /// length 5 to 50, then of these.
  double spearman = 0;
  double root_accuracy = 0;  ///< how often the scored word of least depth is the root
  std::int64_t sentences = 0;
};
ProbeScores score_probe(const at::Tensor& distance_probe, const at::Tensor& depth_probe,
                        const std::vector<ProbeSentence>& sentences);

/// Both probes on one layer.
ProbeScores probe_layer(const std::vector<ProbeSentence>& train, const std::vector<ProbeSentence>& dev,
                        const std::vector<ProbeSentence>& test, const ProbeOptions& options,
                        const std::function<bool()>& going_on = {});

/// Trees that no grammar made ([Control tasks]): a word depends on the one before it or on the first one, by a fair coin
/// that is thrown once for its form. What a probe scores on them it owes to its own memory; its selectivity is the
/// difference.
Heads control_heads(std::span<const std::string> words, std::uint64_t seed);

}  // namespace lorascope::analysis
