#include <ATen/ATen.h>

#include <cstdlib>
#include <filesystem>

#include "core/analysis/pair_sensitivity.h"
#include "core/analysis/power_law.h"
#include "core/analysis/representation_similarity.h"
#include "core/analysis/shared_axes.h"
#include "core/analysis/structural_probe.h"
#include "core/analysis/weight_change.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kDouble).contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

}  // namespace

// Run by tests/reference/check_analyses.py, which draws the inputs and compares the answers with its own.
TEST_CASE("analyses of the inputs of check_analyses.py", "[.reference]") {
  const char* folder = std::getenv("LORASCOPE_REFERENCE");
  REQUIRE(folder != nullptr);
  const files::SafetensorsFile inputs(std::filesystem::path(folder) / "inputs.safetensors");
  const auto load = [&](const char* name) { return inputs.load(name); };
  const at::Tensor x = load("x"), y = load("y"), z = load("z");
  Json answers;
  answers["debiased_cka"] = debiased_cka(x, y);
  answers["plain_cka"] = plain_cka(x, y);
  answers["rsa"] = representational_similarity(x, y);
  answers["distances"] = row_distances(x, z);
  answers["cosines"] = row_cosines(x, z);
  const SharedAxes axes = shared_axes({x, z}, 3);
  answers["pca_shares"] = axes.shares;
  answers["pca_projection"] = numbers(project(axes, z));
  const Rotation rotation = best_rotation(x, z);
  answers["procrustes"] = rotation.relative;
  answers["procrustes_residuals"] = rotation.residuals;
  answers["sensitivity"] =
      pair_sensitivity({numbers(load("form"))}, {numbers(load("meaning"))})[0].value;
  const ChangeSize size = change_size(load("before"), load("after"), 4);
  answers["amplification"] = {size.amplification, size.own_amplification, size.random_amplification};
  answers["alpha"] = power_law_tail(numbers(load("eigenvalues"))).alpha;
  ProbeSentence sentence;
  sentence.states = load("words");
  for (const double head : numbers(load("heads"))) sentence.heads.push_back(static_cast<std::int64_t>(head));
  sentence.is_scored.assign(sentence.heads.size(), true);
  const ProbeScores scores = score_probe(load("probe"), load("probe"), {sentence});
  answers["probe"] = {scores.uuas, scores.spearman, scores.root_accuracy};
  write_file_atomically(std::filesystem::path(folder) / "answers.json", answers.dump());
}

}  // namespace lorascope::analysis::test
