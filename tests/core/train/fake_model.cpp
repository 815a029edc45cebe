#include "tests/core/train/fake_model.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"

namespace lorascope::test {
namespace {

/// True where dropout keeps token i; a function of key and index alone.
bool keeps(const nn::DropoutKey& key, std::int64_t i, double rate) {
  std::uint64_t x = key.seed * 0x9e3779b97f4a7c15ull + key.draw * 0xbf58476d1ce4e5b9ull + static_cast<std::uint64_t>(i);
  x = (x ^ (x >> 31)) * 0x94d049bb133111ebull;
  return static_cast<double>((x >> 40) % 1000) / 1000.0 >= rate;
}

}  // namespace

FakeModel::FakeModel(std::int64_t num_ids, double dropout) : dropout_(dropout) {
  parameters_.push_back({"w.weight", at::zeros({num_ids, 1}), at::zeros({num_ids, 1})});
  parameters_.push_back({"w.bias", at::zeros({1}), at::zeros({1})});
}

void FakeModel::zero_gradients() {
  for (auto& parameter : parameters_) parameter.gradient.zero_();
}

double FakeModel::train_micro_batch(const tasks::Batch& batch, double loss_weight, const nn::DropoutKey& key) {
  const auto* w = parameters_[0].value.const_data_ptr<float>();
  const float b = parameters_[1].value.item<float>();
  auto* dw = parameters_[0].gradient.mutable_data_ptr<float>();
  auto* db = parameters_[1].gradient.mutable_data_ptr<float>();
  if (batch.num_rows() > row_limit_) {
    *db += 1000.0F;
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate everything.\nmore lines");
  }
  batch_rows_.push_back(batch.num_rows());
  const auto count = static_cast<double>(batch.tokens.num_tokens());
  double loss = 0.0;
  for (std::int64_t i = 0; i < batch.tokens.num_tokens(); ++i) {
    if (!keeps(key, i, dropout_)) continue;
    const std::int32_t id = batch.tokens.ids[static_cast<std::size_t>(i)];
    const double error = static_cast<double>(w[id]) + b - id;
    loss += error * error / count;
    const auto gradient = static_cast<float>(loss_weight * 2.0 * error / count);
    dw[id] += gradient;
    *db += gradient;
  }
  return loss;
}

tasks::Output FakeModel::evaluate(const tasks::Batch&, const tasks::EvaluateOptions&) { return {}; }

files::AdapterFolder FakeModel::export_adapter() const { throw Error("a fake has no adapter"); }

std::vector<float> FakeModel::values() const {
  std::vector<float> all;
  for (const auto& parameter : parameters_) {
    const auto* values = parameter.value.const_data_ptr<float>();
    all.insert(all.end(), values, values + parameter.value.numel());
  }
  return all;
}

std::optional<train::Evaluation> FakeEvaluator::evaluate(tasks::TaskModel&,
                                                         const train::EvaluationProgress& progress) const {
  if (progress && !progress(1, 2)) return std::nullopt;
  train::Evaluation evaluation;
  evaluation.scores["loss"] = losses_.at(std::min(next_++, losses_.size() - 1));
  evaluation.rows = 2;
  return evaluation;
}

std::vector<data::Feature> fake_features(int rows, int num_ids) {
  std::vector<data::Feature> features;
  for (int row = 0; row < rows; ++row) {
    data::Feature feature;
    feature.example = row;
    for (int i = 0; i < 2 + row % 5; ++i) feature.input_ids.push_back((row * 3 + i) % num_ids);
    feature.token_type_ids.assign(feature.input_ids.size(), 0);
    feature.labels.assign(feature.input_ids.size(), 0);
    features.push_back(feature);
  }
  return features;
}

}  // namespace lorascope::test
