#include "core/train/optimizer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/nn/adamw.h"
#include "core/tasks/task_model.h"
#include "core/train/parameter_groups.h"

namespace lorascope::train {

Arithmetic arithmetic_of(const tasks::TaskModel& model) {
  return model.path() == tasks::Path::Compatible ? Arithmetic::Original : Arithmetic::Fused;
}

Optimizer::Optimizer(const std::vector<nn::Parameter>& parameters, const TrainingOptions& options,
                     Arithmetic arithmetic)
    : arithmetic_(arithmetic), parameters_(parameters) {
  slots_.reserve(parameters.size());
  for (const nn::Parameter& parameter : parameters) {
    Slot slot;
    slot.parameter = parameter;
    slot.first = nn::zeros_on_demand(parameter.value);
    slot.second = nn::zeros_on_demand(parameter.value);
    slot.decay = decays(parameter.name) ? options.weight_decay : 0.0;
    slot.rate_factor =
        loraplus_factor(parameter.name, static_cast<int>(parameter.value.dim()), options.loraplus_ratio);
    const bool has_own_rate = options.head_learning_rate > 0.0 && options.learning_rate > 0.0;
    if (has_own_rate && is_of_head(parameter.name)) {
      slot.rate_factor = options.head_learning_rate / options.learning_rate;
    }
    slots_.push_back(std::move(slot));
  }
}

double Optimizer::gradient_norm() const {
  if (arithmetic_ == Arithmetic::Fused) return nn::gradient_norm(parameters_);
  std::vector<at::Tensor> norms;
  for (const nn::Parameter& parameter : parameters_) norms.push_back(at::linalg_vector_norm(parameter.gradient, 2));
  return at::linalg_vector_norm(at::stack(norms), 2).item<double>();
}

double Optimizer::clip_factor(double norm, double max_norm) const {
  if (max_norm <= 0.0) return 1.0;
  if (arithmetic_ == Arithmetic::Fused) return std::min(1.0, max_norm / (norm + 1e-6));
  const float inverse = 1.0F / (static_cast<float>(norm) + 1e-6F);
  return std::min(1.0F, inverse * static_cast<float>(max_norm));
}

void Optimizer::step(std::int64_t step, double learning_rate, double clip_factor) {
  for (const Slot& slot : slots_) {
    const double rate = learning_rate * slot.rate_factor;
    if (arithmetic_ == Arithmetic::Original) {
      original_step(slot, step, rate, clip_factor);
      continue;
    }
    nn::AdamW numbers;
    numbers.learning_rate = rate;
    numbers.weight_decay = slot.decay;
    numbers.clip_factor = clip_factor;
    numbers.step = step;
    nn::adamw_step(numbers, slot.parameter, slot.first, slot.second);
  }
}

void Optimizer::original_step(const Slot& slot, std::int64_t step, double rate, double clip_factor) {
  const at::NoGradGuard no_grad;
  const nn::AdamW constants;
  const double correction1 = 1.0 - std::pow(constants.beta1, static_cast<double>(step));
  const double correction2 = 1.0 - std::pow(constants.beta2, static_cast<double>(step));
  const at::Tensor gradient = slot.parameter.gradient * clip_factor;
  at::Tensor value = slot.parameter.value, first = slot.first, second = slot.second;
  value.mul_(1.0 - rate * slot.decay);
  first.lerp_(gradient, 1.0 - constants.beta1);
  second.mul_(constants.beta2).addcmul_(gradient, gradient, 1.0 - constants.beta2);
  const at::Tensor denominator = (second.sqrt() / std::sqrt(correction2)).add_(constants.epsilon);
  value.addcdiv_(first, denominator, -(rate / correction1));
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
