#include "core/adapters/lora.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/nn/dropout.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

constexpr const char* kWrapper = "base_model.model.";

[[noreturn]] void refuse(const std::string& found, const std::string& expected, const std::string& hint) {
  throw CheckpointError("cannot put the adapter on the model", Problem{"adapter_config.json", found, expected, hint});
}

void check_supported(const files::AdapterConfig& config) {
  if (config.use_dora) refuse("use_dora true", "plain LoRA", "this version does not compute DoRA");
  const std::string& init = config.init_lora_weights;
  if (init.rfind("pissa", 0) == 0 || init == "olora" || init == "corda" || init == "lora_ga" || init == "loftq")
    refuse("init_lora_weights \"" + init + "\", which changes the base weights",
           "an adapter over unchanged base weights", "convert the adapter to plain LoRA when saving it in PEFT");
}

/// The last component of a path decides the site of its dropout masks, so that masks do not depend on what else is
/// adapted.
class Sites {
 public:
  explicit Sites(nn::Encoder& encoder) {
    std::uint32_t number = 0;
    encoder.for_each_dense([&](nn::Dense& dense) { sites_[dense.path] = nn::kAdapterSite + 16U * number++; });
  }
  std::uint32_t of(const nn::Dense& dense) const {
    return sites_.at(dense.path) + static_cast<std::uint32_t>(dense.adapters.size());
  }

 private:
  std::map<std::string, std::uint32_t> sites_;
};

nn::Weight held(const at::Tensor& value, const nn::Encoder& encoder, bool trained) {
  nn::Weight weight{value.to(encoder.word.weight.value.device()), {}};
  if (trained) nn::make_trained(weight);
  return weight;
}

/// Weights get their memory's final place before pointers to them are taken.
class Attachment {
 public:
  Attachment(nn::Encoder& encoder, const files::AdapterConfig& config) : encoder_(encoder), sites_(encoder) {
    attached_.config = config;
  }

  void add(std::vector<nn::LowRank>& place, const std::string& path, nn::LowRank adapter,
           const std::vector<std::string>& names) {
    place.reserve(16);
    if (place.size() == place.capacity())
      refuse("more than 16 adapters on " + path, "at most 16 adapters at once", "merge some of them");
    place.push_back(std::move(adapter));
    nn::LowRank& placed = place.back();
    attached_.modules.push_back(path);
    attached_.weights.push_back({names[0], &placed.a});
    attached_.weights.push_back({names[1], &placed.b});
    if (placed.b_bias.value.defined()) attached_.weights.push_back({names[2], &placed.b_bias});
  }

  std::uint32_t site(const nn::Dense& dense) const { return sites_.of(dense); }
  AttachedAdapter& attached() { return attached_; }
  nn::Encoder& encoder() { return encoder_; }

 private:
  nn::Encoder& encoder_;
  Sites sites_;
  AttachedAdapter attached_;
};

struct NewFactors {
  const nn::Encoder& encoder;
  const files::AdapterConfig& config;
  std::uint64_t seed;

  nn::LowRank dense(const nn::Dense& module) const {
    const std::int64_t rank = config.rank_of(module.path);
    const std::int64_t out = module.weight.value.size(0), in = module.weight.value.size(1);
    const std::string name = kWrapper + module.path;
    nn::LowRank made;
    made.scaling = config.scaling_of(module.path);
    made.dropout = config.dropout;
    const std::string& init = config.init_lora_weights;
    const double a_bound = 1.0 / std::sqrt(static_cast<double>(in)),
                 b_bound = 1.0 / std::sqrt(static_cast<double>(rank));
    at::Tensor b = at::zeros({out, rank}, at::kFloat);
    at::Tensor a;
    if (init == "gaussian") {
      a = nn::draw_normal({rank, in}, 1.0 / static_cast<double>(rank), seed, name + ".lora_A");
    } else if (init == "true" || init == "false") {
      a = nn::draw_uniform({rank, in}, a_bound, seed, name + ".lora_A");
      if (init == "false") b = nn::draw_uniform({out, rank}, b_bound, seed, name + ".lora_B");
    } else {
      refuse("init_lora_weights \"" + init + "\"", "\"true\", \"false\" or \"gaussian\" for a fresh adapter", "");
    }
    made.a = held(a, encoder, true);
    made.b = held(b, encoder, true);
    if (config.lora_bias) made.b_bias = held(at::zeros({out}, at::kFloat), encoder, true);
    return made;
  }

  nn::LowRank embedding(const nn::Embedding& module) const {
    const std::int64_t rank = config.rank_of(module.path);
    nn::LowRank made;
    made.scaling = config.scaling_of(module.path);
    made.a = held(at::zeros({rank, module.weight.value.size(0)}, at::kFloat), encoder, true);
    const at::Tensor b =
        nn::draw_normal({module.weight.value.size(1), rank}, 1.0, seed, kWrapper + module.path + ".lora_B");
    made.b = held(b, encoder, true);
    return made;
  }
};

/// A bias that an adapter trains gets memory of its own; query's, key's and value's already have it.
void train_bias(nn::Encoder& encoder, const std::string& name, nn::Weight& bias) {
  bool is_joined = false;
  for (const nn::EncoderLayer& layer : encoder.layers)
    for (const nn::Dense* part : {&layer.query, &layer.key, &layer.value}) is_joined |= name == part->path + ".bias";
  if (!is_joined) bias.value = bias.value.clone();
  nn::make_trained(bias);
}

bool is_bias(const std::string& name) {
  return name.size() > 5 && name.compare(name.size() - 5, 5, ".bias") == 0;
}

void train_biases(Attachment& attachment) {
  const std::string& mode = attachment.attached().config.bias;
  if (mode == "none") return;
  std::map<std::string, bool> adapted;
  for (const std::string& path : attachment.attached().modules) adapted[path + ".bias"] = true;
  attachment.encoder().for_each_weight([&](const std::string& name, nn::Weight& weight) {
    if (!is_bias(name)) return;
    const bool is_adapted = adapted.count(name) != 0;
    if (mode == "lora_only" && !is_adapted) return;
    train_bias(attachment.encoder(), name, weight);
    std::string file_name = kWrapper + name;
    if (is_adapted) file_name.insert(file_name.size() - 5, ".base_layer");
    attachment.attached().weights.push_back({file_name, &weight});
  });
}

}  // namespace

AttachedAdapter attach_new_adapter(nn::Encoder& encoder, const files::AdapterConfig& config, std::uint64_t seed) {
  check_supported(config);
  Attachment attachment(encoder, config);
  const NewFactors factors{encoder, config, seed};
  if (!config.target_modules.is_all_linear())
    encoder.for_each_embedding([&](nn::Embedding& module) {
      if (!config.targets(module.path)) return;
      const std::string name = kWrapper + module.path;
      attachment.add(module.adapters, module.path, factors.embedding(module),
                     {name + ".lora_embedding_A", name + ".lora_embedding_B"});
    });
  encoder.for_each_dense([&](nn::Dense& module) {
    if (!config.targets(module.path)) return;
    nn::LowRank made = factors.dense(module);
    made.site = attachment.site(module);
    const std::string name = kWrapper + module.path;
    attachment.add(module.adapters, module.path, std::move(made),
                   {name + ".lora_A.weight", name + ".lora_B.weight", name + ".lora_B.bias"});
  });
  if (attachment.attached().modules.empty())
    refuse("target modules that the model does not have", "modules such as query, value or intermediate.dense", "");
  train_biases(attachment);
  return std::move(attachment.attached());
}

AttachedAdapter attach_stored_adapter(nn::Encoder& encoder, const files::AdapterConfig& config,
                                      const files::AdapterMatch& match, bool trained) {
  check_supported(config);
  Attachment attachment(encoder, config);
  std::map<std::string, nn::Dense*> dense;
  std::map<std::string, nn::Embedding*> embeddings;
  encoder.for_each_dense([&](nn::Dense& module) { dense[module.path] = &module; });
  encoder.for_each_embedding([&](nn::Embedding& module) { embeddings[module.path] = &module; });
  for (const files::LoraModule& stored : match.modules) {
    if (stored.magnitude.defined()) refuse("magnitudes of DoRA", "plain LoRA", "this version does not compute DoRA");
    nn::LowRank made;
    made.a = held(stored.a.clone(), encoder, trained);
    made.b = held(stored.b.clone(), encoder, trained);
    if (stored.b_bias.defined()) made.b_bias = held(stored.b_bias.clone(), encoder, trained);
    made.scaling = stored.scaling;
    const std::vector<std::string> names{stored.a_name, stored.b_name, kWrapper + stored.path + ".lora_B.bias"};
    const bool has_place = stored.is_embedding ? embeddings.count(stored.path) != 0 : dense.count(stored.path) != 0;
    if (!has_place)
      refuse("\"" + stored.a_name + "\"", stored.is_embedding ? "factors of a linear layer" : "factors of an embedding",
             "the module " + stored.path + " is of another kind");
    if (stored.is_embedding) {
      attachment.add(embeddings.at(stored.path)->adapters, stored.path, std::move(made), names);
    } else {
      nn::Dense& module = *dense.at(stored.path);
      made.dropout = config.dropout;
      made.site = attachment.site(module);
      attachment.add(module.adapters, stored.path, std::move(made), names);
    }
  }
  encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    const auto replaced = match.replaced.find(name);
    if (replaced == match.replaced.end()) return;
    train_bias(encoder, name, weight);
    weight.value.copy_(replaced->second.value);
    if (trained)
      attachment.attached().weights.push_back({replaced->second.file_name, &weight});
    else
      weight.gradient = at::Tensor();
  });
  return std::move(attachment.attached());
}

nn::Encoder merged(const nn::Encoder& encoder) {
  const at::NoGradGuard no_grad;
  nn::Encoder copy = encoder;
  for (nn::EncoderLayer& layer : copy.layers) {
    if (layer.query.adapters.empty() && layer.key.adapters.empty() && layer.value.adapters.empty()) continue;
    layer.qkv_weight.value = layer.qkv_weight.value.clone();
    layer.qkv_bias.value = layer.qkv_bias.value.clone();
    std::int64_t first = 0;
    for (nn::Dense* part : {&layer.query, &layer.key, &layer.value}) {
      const std::int64_t rows = part->weight.value.size(0);
      part->weight.value = layer.qkv_weight.value.narrow(0, first, rows);
      part->bias.value = layer.qkv_bias.value.narrow(0, first, rows);
      first += rows;
      for (const nn::LowRank& adapter : part->adapters) {
        part->weight.value.add_(at::mm(adapter.b.value, adapter.a.value), adapter.scaling);
        if (adapter.b_bias.value.defined()) part->bias.value.add_(adapter.b_bias.value, adapter.scaling);
      }
      part->adapters.clear();
    }
  }
  copy.for_each_dense([](nn::Dense& module) {
    for (const nn::LowRank& adapter : module.adapters) {
      module.weight.value = module.weight.value + at::mm(adapter.b.value, adapter.a.value) * adapter.scaling;
      if (adapter.b_bias.value.defined())
        module.bias.value = module.bias.value + adapter.b_bias.value * adapter.scaling;
    }
    module.adapters.clear();
  });
  copy.for_each_embedding([](nn::Embedding& module) {
    for (const nn::LowRank& adapter : module.adapters)
      module.weight.value =
          module.weight.value + at::mm(adapter.b.value, adapter.a.value).transpose(0, 1) * adapter.scaling;
    module.adapters.clear();
  });
  copy.for_each_weight([](const std::string&, nn::Weight& weight) { weight.gradient = at::Tensor(); });
  for (nn::EncoderLayer& layer : copy.layers) layer.qkv_weight.gradient = layer.qkv_bias.gradient = at::Tensor();
  return copy;
}

}  // namespace lorascope::adapters
