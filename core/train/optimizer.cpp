#include "core/train/optimizer.h"

#include <ATen/ATen.h>

#include "core/nn/adamw.h"
#include "core/train/parameter_groups.h"

namespace lorascope::train {

Optimizer::Optimizer(const std::vector<nn::Parameter>& parameters, const TrainingOptions& options)
    : parameters_(parameters) {
  slots_.reserve(parameters.size());
  for (const nn::Parameter& parameter : parameters) {
    Slot slot;
    slot.parameter = parameter;
    slot.first = nn::zeros_on_demand(parameter.value);
    slot.second = nn::zeros_on_demand(parameter.value);
    slot.decay = decays(parameter.name) ? options.weight_decay : 0.0;
    slot.rate_factor =
        loraplus_factor(parameter.name, static_cast<int>(parameter.value.dim()), options.loraplus_ratio);
    slots_.push_back(std::move(slot));
  }
}

double Optimizer::gradient_norm() const { return nn::gradient_norm(parameters_); }

void Optimizer::step(std::int64_t step, double learning_rate, double clip_factor) {
  for (const Slot& slot : slots_) {
    nn::AdamW numbers;
    numbers.learning_rate = learning_rate * slot.rate_factor;
    numbers.weight_decay = slot.decay;
    numbers.clip_factor = clip_factor;
    numbers.step = step;
    nn::adamw_step(numbers, slot.parameter, slot.first, slot.second);
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
