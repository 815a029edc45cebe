#include "core/adapters/xlora_gate.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/base/error.h"
#include "core/nn/compatible_encoder.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

nn::Weight trained(const at::Tensor& value, const at::Device& device) {
  nn::Weight weight{value.to(device, at::kFloat, false, true).contiguous(), {}};
  nn::make_trained(weight);
  return weight;
}

/// A softmax over what top-k left of each token. An exact 0 counts as left out, as the originals test it.
at::Tensor token_softmax(const at::Tensor& scalings) {
  const at::Tensor kept = scalings.ne(0);
  const at::Tensor low = scalings.masked_fill(kept.logical_not(), -INFINITY);
  const at::Tensor safe = at::where(kept.any(-1, true), low, at::zeros_like(low));
  return at::softmax(safe, -1) * kept;
}

/// The package's: one softmax over everything that top-k left of a module's whole batch.
at::Tensor batch_softmax(const at::Tensor& scalings) {
  std::vector<at::Tensor> modules;
  for (std::int64_t l = 0; l < scalings.size(-2); ++l) {
    const at::Tensor values = scalings.select(-2, l);
    const at::Tensor kept = values.ne(0);
    if (!kept.any().item<bool>()) {
      modules.push_back(values);
      continue;
    }
    const at::Tensor largest = values.masked_select(kept).max().detach();
    const at::Tensor shares = (values - largest).exp() * kept;
    modules.push_back(shares / shares.sum());
  }
  return at::stack(modules, -2);
}

}  // namespace

XloraMode xlora_mode(std::string_view name) {
  if (name == "xlora") return XloraMode::Package;
  if (name == "peft") return XloraMode::Peft;
  if (name == "ours") return XloraMode::Ours;
  throw UsageError("X-LoRA mode: found \"" + std::string(name) + "\", expected xlora, peft or ours");
}

XloraGate::XloraGate(const files::XloraFolder& mixture, const nn::Encoder& encoder, std::int64_t layers, XloraMode mode)
    : config_(mixture.config), layers_(layers), mode_(mode) {
  const at::Device device = encoder.word.weight.value.device();
  for (const files::GateLayer& layer : mixture.gate) {
    names_.push_back(layer.weight_name);
    names_.push_back(layer.bias_name);
    weights_.push_back(trained(layer.weight, device));
    biases_.push_back(layer.bias.defined() ? trained(layer.bias, device) : nn::Weight{});
  }
  check(encoder, mixture.folder.string());
}

void XloraGate::check(const nn::Encoder& encoder, const std::string& where) const {
  std::vector<Problem> problems;
  const std::int64_t hidden = encoder.config.hidden_size, in = weights_.front().value.size(1);
  const std::int64_t outputs = weights_.back().value.size(0), expected = config_.outputs(layers_);
  if (in != hidden)
    problems.push_back({where + ": " + names_.front(), std::to_string(in) + " inputs",
                        std::to_string(hidden) + ", the model's hidden size", "the gate belongs to another model"});
  if (outputs != expected)
    problems.push_back({where + ": " + names_[names_.size() - 2], std::to_string(outputs) + " outputs",
                        std::to_string(expected) + ", for " + std::to_string(config_.num_adapters()) + " adapters on " +
                            std::to_string(layers_) + " modules",
                        "the gate was trained with adapters on other modules"});
  if (mode_ == XloraMode::Package && config_.has_top_k_softmax && !config_.top_k)
    problems.push_back({where + ": enable_softmax_topk", "true without top_k_lora", "a number in top_k_lora",
                        "the package overwrites its scalings from module to module here; use mode peft or ours"});
  if (!problems.empty()) throw CheckpointError("the X-LoRA gate does not fit the model", problems);
}

at::Tensor XloraGate::predict(const at::Tensor& hidden, const Dropout& drop) const {
  at::Tensor x = hidden;
  for (std::size_t number = 0; number < weights_.size(); ++number) {
    const at::Tensor bias = biases_[number].value.defined() ? nn::variable(biases_[number]) : at::Tensor();
    x = at::linear(x, nn::variable(weights_[number]), bias);
    if (number + 1 < weights_.size() && config_.has_relu) x = drop(at::relu(x), static_cast<std::int64_t>(number));
  }
  std::vector<std::int64_t> shape = hidden.sizes().vec();
  shape.back() = layers_;
  shape.push_back(config_.num_adapters());
  x = config_.is_layerwise ? x.reshape(shape) : x.unsqueeze(-2).expand(shape);
  return config_.has_softmax ? at::softmax(x / config_.temperature, -1) : x;
}

at::Tensor XloraGate::applied(const at::Tensor& scalings) const {
  at::Tensor result = scalings;
  if (config_.top_k) {
    const at::Tensor chosen = std::get<1>(at::topk(scalings, *config_.top_k, -1));
    result = result * at::zeros_like(scalings, scalings.options().requires_grad(false)).scatter_(-1, chosen, 1.0);
  }
  if (!config_.has_top_k_softmax) return result;
  return mode_ == XloraMode::Package ? batch_softmax(result) : token_softmax(result);
}

std::vector<NamedWeight> XloraGate::weights() {
  std::vector<NamedWeight> named;
  for (std::size_t number = 0; number < weights_.size(); ++number) {
    named.push_back({names_[2 * number], &weights_[number]});
    if (biases_[number].value.defined()) named.push_back({names_[2 * number + 1], &biases_[number]});
  }
  return named;
}

std::vector<files::GateLayer> new_gate(const files::XloraConfig& config, std::int64_t hidden, std::int64_t layers,
                                       std::uint64_t seed) {
  std::vector<files::GateLayer> gate;
  std::int64_t in = hidden;
  for (std::int64_t number = 0; number < config.depth; ++number) {
    const std::int64_t out = number + 1 < config.depth ? config.size : config.outputs(layers);
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    files::GateLayer layer = files::gate_layer_names(config, number);
    // Drawn by place, not by name, so that both formats start from one gate.
    const std::string place = "gate." + std::to_string(number);
    layer.weight = nn::draw_uniform({out, in}, bound, seed, place + ".weight");
    if (config.has_bias) layer.bias = nn::draw_uniform({out}, bound, seed, place + ".bias");
    gate.push_back(std::move(layer));
    in = out;
  }
  return gate;
}

}  // namespace lorascope::adapters
