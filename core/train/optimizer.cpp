#include "core/train/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/train/parameter_groups.h"

namespace lorascope::train {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

Optimizer::Optimizer(const std::vector<nn::Parameter>& parameters, const TrainingOptions& options) {
  slots_.reserve(parameters.size());
  for (const nn::Parameter& parameter : parameters) {
    Slot slot{parameter, at::zeros_like(parameter.value), at::zeros_like(parameter.value)};
    slot.decay = decays(parameter.name) ? options.weight_decay : 0.0;
    slot.rate_factor =
        loraplus_factor(parameter.name, static_cast<int>(parameter.value.dim()), options.loraplus_ratio);
    slots_.push_back(std::move(slot));
  }
}

double Optimizer::gradient_norm() const {
  double squares = 0.0;
  for (const Slot& slot : slots_) {
    const double norm = slot.parameter.gradient.norm().item<double>();
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

void Optimizer::step(std::int64_t step, double learning_rate, double clip_factor) {
  const at::NoGradGuard no_grad;
  const double correction1 = 1.0 - std::pow(kBeta1, static_cast<double>(step));
  const double correction2 = std::sqrt(1.0 - std::pow(kBeta2, static_cast<double>(step)));
  for (Slot& slot : slots_) {
    const double rate = learning_rate * slot.rate_factor;
    const at::Tensor gradient = clip_factor == 1.0 ? slot.parameter.gradient : slot.parameter.gradient * clip_factor;
    slot.parameter.value.mul_(1.0 - rate * slot.decay);
    slot.first.mul_(kBeta1).add_(gradient, 1.0 - kBeta1);
    slot.second.mul_(kBeta2).addcmul_(gradient, gradient, 1.0 - kBeta2);
    slot.parameter.value.addcdiv_(slot.first, (slot.second.sqrt() / correction2).add_(kEpsilon), -rate / correction1);
  }
}

std::map<std::string, at::Tensor> Optimizer::first_moments() const {
  std::map<std::string, at::Tensor> moments;
  for (const Slot& slot : slots_) moments[slot.parameter.name] = slot.first;
  return moments;
}

std::map<std::string, at::Tensor> Optimizer::second_moments() const {
  std::map<std::string, at::Tensor> moments;
  for (const Slot& slot : slots_) moments[slot.parameter.name] = slot.second;
  return moments;
}

void Optimizer::restore(const std::map<std::string, at::Tensor>& first,
                        const std::map<std::string, at::Tensor>& second) {
  const at::NoGradGuard no_grad;
  for (Slot& slot : slots_) {
    slot.first.copy_(first.at(slot.parameter.name));
    slot.second.copy_(second.at(slot.parameter.name));
    if (nn::RowActivity* rows = slot.parameter.rows) {
      // Rows that had a gradient before the checkpoint go on moving by their moments.
      const at::Tensor moved = slot.second.ne(0).any(1).to(at::kByte).contiguous();
      const auto* flags = moved.const_data_ptr<std::uint8_t>();
      for (std::size_t row = 0; row < rows->ever_touched.size(); ++row) rows->ever_touched[row] |= flags[row];
    }
  }
}

}  // namespace lorascope::train
