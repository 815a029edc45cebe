#pragma once

#include <vector>

#include "core/data/feature.h"
#include "core/tasks/task_model.h"
#include "core/train/evaluator.h"

namespace lorascope::test {

/// A model small enough to do by hand: label = w[id] + b for every token, loss = mean over the tokens that dropout keeps
/// of (w[id] + b - id)². Counts what it is asked for.
class FakeModel final : public tasks::TaskModel {
 public:
  FakeModel(std::int64_t num_ids, double dropout);

  tasks::TaskKind kind() const override { return tasks::TaskKind::Tokens; }
  tasks::Path path() const override { return tasks::Path::Packed; }
  std::int64_t num_labels() const override { return 1; }
  tasks::SpanLoss span_loss() const override { return tasks::SpanLoss::Real; }
  std::int64_t max_positions() const override { return 512; }
  const std::vector<tasks::Parameter>& trainable() const override { return parameters_; }
  tasks::ParameterCounts counts() const override { return {}; }
  void zero_gradients() override;
  void values_changed() override {}
  double train_micro_batch(const tasks::Batch& batch, double loss_weight, const nn::DropoutKey& key) override;
  tasks::Output evaluate(const tasks::Batch& batch, const tasks::EvaluateOptions& options) override;
  std::vector<LowRankFactors> low_rank_factors() const override { return {}; }
  std::vector<std::pair<std::string, at::Tensor>> encoder_matrices() const override { return {}; }
  std::map<std::string, at::Tensor> export_model() const override { return {}; }
  files::AdapterFolder export_adapter() const override;

  /// From now on batches of more rows than this do not fit into memory; what is in `gradient` then is half done.
  void limit_rows(std::int64_t rows) { row_limit_ = rows; }
  /// Rows of every batch that was trained on.
  const std::vector<std::int64_t>& batch_rows() const { return batch_rows_; }

  /// All values one after the other.
  std::vector<float> values() const;

 private:
  double dropout_;
  std::int64_t row_limit_ = 1 << 20;
  std::vector<std::int64_t> batch_rows_;
  std::vector<tasks::Parameter> parameters_;
};

/// Returns the losses it was given, one an evaluation, and the last one for ever.
class FakeEvaluator final : public train::Evaluator {
 public:
  explicit FakeEvaluator(std::vector<double> losses) : losses_(std::move(losses)) {}
  const std::string& split() const override { return split_; }
  std::optional<train::Evaluation> evaluate(tasks::TaskModel& model,
                                            const train::EvaluationProgress& progress) const override;

 private:
  std::vector<double> losses_;
  std::string split_ = "eval";
  mutable std::size_t next_ = 0;
};

/// Rows of different lengths over ids 0 … num_ids - 1.
std::vector<data::Feature> fake_features(int rows, int num_ids);

}  // namespace lorascope::test
