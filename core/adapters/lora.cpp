#include "core/adapters/lora.h"

#include <ATen/ATen.h>

#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/nn/dora.h"
#include "core/nn/dropout.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

constexpr const char* kWrapper = "base_model.model.";

[[noreturn]] void refuse(const std::string& found, const std::string& expected, const std::string& hint) {
  throw CheckpointError("cannot put the adapter on the model", Problem{"adapter_config.json", found, expected, hint});
}

void check_supported(const files::AdapterConfig& config) {
  const std::string& init = config.init_lora_weights;
  if (init == "corda" || init == "lora_ga" || init == "loftq")
    refuse("init_lora_weights \"" + init + "\", which changes the base weights by data that the folder does not hold",
           "an adapter over base weights that can be computed",
           "convert the adapter to plain LoRA when saving it in PEFT");
  if (config.use_dora && config.lora_bias)
    refuse("use_dora with lora_bias", "one of the two", "PEFT has no such adapter");
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
           const std::pair<std::string, std::string>& names) {
    constexpr std::size_t kMost = 16;
    place.reserve(kMost);
    if (place.size() == kMost)
      refuse("more than 16 adapters on " + path, "at most 16 adapters at once", "merge some of them");
    if (!place.empty() && (adapter.magnitude.value.defined() || place.front().magnitude.value.defined()))
      refuse("DoRA on " + path + " beside another adapter", "DoRA alone: it scales the whole weight",
             "merge the adapters' folders, or give one of them");
    place.push_back(std::move(adapter));
    nn::LowRank& placed = place.back();
    attached_.modules.push_back(path);
    attached_.weights.push_back({names.first, &placed.a});
    attached_.weights.push_back({names.second, &placed.b});
    const std::string module = names.first.substr(0, names.first.rfind(".lora_"));
    if (placed.b_bias.value.defined()) attached_.weights.push_back({module + ".lora_B.bias", &placed.b_bias});
    if (placed.magnitude.value.defined())
      attached_.weights.push_back({module + ".lora_magnitude_vector", &placed.magnitude});
  }

  std::uint32_t site(const nn::Dense& dense) const { return sites_.of(dense); }
  AttachedAdapter& attached() { return attached_; }
  nn::Encoder& encoder() { return encoder_; }

 private:
  nn::Encoder& encoder_;
  Sites sites_;
  AttachedAdapter attached_;
};

/// Puts W - scaling · B A in the place of the module's W. Query, key and value have memory of the encoder's own, which
/// must stay; other frozen weights may share theirs with the model folder.
void take_out(nn::Encoder& encoder, nn::Dense& module, const StartFactors& start, double scaling) {
  const at::Tensor left = module.weight.value - at::mm(start.b, start.a) * scaling;
  bool is_joined = false;
  for (const nn::EncoderLayer& layer : encoder.layers)
    is_joined |= &module == &layer.query || &module == &layer.key || &module == &layer.value;
  if (is_joined)
    module.weight.value.copy_(left);
  else
    module.weight.value = left;
}

struct NewFactors {
  nn::Encoder& encoder;
  AttachedAdapter& attached;
  std::uint64_t seed;

  nn::LowRank dense(nn::Dense& module) const {
    const files::AdapterConfig& config = attached.config;
    nn::LowRank made;
    made.scaling = config.scaling_of(module.path);
    made.dropout = config.dropout;
    const StartFactors start = start_factors(
        config.init_lora_weights, {module.path, module.weight.value, config.rank_of(module.path), made.scaling, seed});
    if (changes_base(config.init_lora_weights)) {
      take_out(encoder, module, start, made.scaling);
      attached.taken_out[module.path] = {start.a.clone(), start.b.clone()};
    }
    made.a = held(start.a, encoder, true);
    made.b = held(start.b, encoder, true);
    if (config.lora_bias) made.b_bias = held(at::zeros({module.weight.value.size(0)}, at::kFloat), encoder, true);
    if (config.use_dora) made.magnitude = held(nn::row_norms(module.weight.value, made), encoder, true);
    return made;
  }

  nn::LowRank embedding(const nn::Embedding& module) const {
    const files::AdapterConfig& config = attached.config;
    const std::int64_t rank = config.rank_of(module.path);
    nn::LowRank made;
    made.scaling = config.scaling_of(module.path);
    made.a = held(at::zeros({rank, module.weight.value.size(0)}, at::kFloat), encoder, true);
    const at::Tensor b =
        nn::draw_normal({module.weight.value.size(1), rank}, 1.0, seed, kWrapper + module.path + ".lora_B");
    made.b = held(b, encoder, true);
    if (config.use_dora) made.magnitude = held(nn::row_norms(module.weight.value.t(), made), encoder, true);
    return made;
  }
};

/// Query's, key's and value's parts of one joined tensor.
bool is_joined(const nn::Encoder& encoder, const std::string& name) {
  for (const nn::EncoderLayer& layer : encoder.layers)
    for (const nn::Dense* part : {&layer.query, &layer.key, &layer.value})
      if (name == part->path + ".bias" || name == part->path + ".weight") return true;
  return false;
}

/// A tensor that an adapter trains whole gets memory of its own; joined ones already have it.
void train_whole(nn::Encoder& encoder, const std::string& name, nn::Weight& weight) {
  if (!is_joined(encoder, name)) weight.value = weight.value.clone();
  nn::make_trained(weight);
}

/// Whether modules_to_save means a module that `name` lies in: [PEFT] compares ends of paths as text, without a dot.
bool is_saved(const files::AdapterConfig& config, const std::string& name) {
  for (std::size_t end = name.rfind('.'); end != std::string::npos && end > 0; end = name.rfind('.', end - 1))
    for (const std::string& entry : config.modules_to_save)
      if (!entry.empty() && end >= entry.size() && name.compare(end - entry.size(), entry.size(), entry) == 0)
        return true;
  return false;
}

void train_saved_modules(Attachment& attachment) {
  nn::Encoder& encoder = attachment.encoder();
  const files::AdapterConfig& config = attachment.attached().config;
  // DistilBERT's layer between first token and choices is a part of the head, which is the caller's.
  const bool is_distilled = encoder.config.family == files::Family::DistilBert;
  const std::string head = is_distilled ? files::family_names(encoder.config.family).pooler + "." : "";
  encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    if (weight.is_trained() || !is_saved(config, name)) return;
    if (is_distilled && name.rfind(head, 0) == 0) return;
    train_whole(encoder, name, weight);
    attachment.attached().copied_values += weight.value.numel();
    attachment.attached().weights.push_back({kWrapper + name, &weight});
  });
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
    train_whole(attachment.encoder(), name, weight);
    std::string file_name = kWrapper + name;
    if (is_adapted) file_name.insert(file_name.size() - 5, ".base_layer");
    attachment.attached().weights.push_back({file_name, &weight});
  });
}

struct StoredFactors {
  nn::Encoder& encoder;
  AttachedAdapter& attached;
  bool trained;

  nn::LowRank dense(nn::Dense& module, const files::LoraModule& stored) const {
    const files::AdapterConfig& config = attached.config;
    nn::LowRank made;
    made.scaling = stored.scaling;
    made.dropout = config.dropout;
    at::Tensor a = stored.a.clone(), b = stored.b.clone();
    if (changes_base(config.init_lora_weights)) {
      StartFactors start =
          start_factors(config.init_lora_weights, {stored.path, module.weight.value, a.size(0), stored.scaling, 0});
      if (trained) {
        take_out(encoder, module, start, stored.scaling);
        attached.taken_out[module.path] = std::move(start);
      } else {
        a = at::cat({a, start.a.cpu()}, 0);
        b = at::cat({b, -start.b.cpu()}, 1);
      }
    }
    made.a = held(a, encoder, trained);
    made.b = held(b, encoder, trained);
    if (stored.b_bias.defined()) made.b_bias = held(stored.b_bias.clone(), encoder, trained);
    if (stored.magnitude.defined()) made.magnitude = held(stored.magnitude.flatten().clone(), encoder, trained);
    return made;
  }

  nn::LowRank embedding(const files::LoraModule& stored) const {
    nn::LowRank made;
    made.scaling = stored.scaling;
    made.a = held(stored.a.clone(), encoder, trained);
    made.b = held(stored.b.clone(), encoder, trained);
    if (stored.magnitude.defined()) made.magnitude = held(stored.magnitude.flatten().clone(), encoder, trained);
    return made;
  }
};

/// Biases and saved modules that the file brings.
void replace_whole(Attachment& attachment, const files::AdapterMatch& match, bool trained) {
  nn::Encoder& encoder = attachment.encoder();
  AttachedAdapter& attached = attachment.attached();
  encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    const auto replaced = match.replaced.find(name);
    if (replaced == match.replaced.end()) return;
    train_whole(encoder, name, weight);
    weight.value.copy_(replaced->second.value);
    if (!trained) {
      weight.gradient = at::Tensor();
      return;
    }
    if (is_saved(attached.config, name)) attached.copied_values += weight.value.numel();
    attached.weights.push_back({replaced->second.file_name, &weight});
  });
}

}  // namespace

AttachedAdapter attach_new_adapter(nn::Encoder& encoder, const files::AdapterConfig& config, std::uint64_t seed) {
  check_supported(config);
  Attachment attachment(encoder, config);
  const NewFactors factors{encoder, attachment.attached(), seed};
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
    attachment.add(module.adapters, module.path, std::move(made), {name + ".lora_A.weight", name + ".lora_B.weight"});
  });
  if (attachment.attached().modules.empty())
    refuse("target modules that the model does not have", "modules such as query, value or intermediate.dense", "");
  train_biases(attachment);
  train_saved_modules(attachment);
  return std::move(attachment.attached());
}

AttachedAdapter attach_stored_adapter(nn::Encoder& encoder, const files::AdapterConfig& config,
                                      const files::AdapterMatch& match, bool trained) {
  check_supported(config);
  Attachment attachment(encoder, config);
  const StoredFactors factors{encoder, attachment.attached(), trained};
  std::map<std::string, nn::Dense*> dense;
  std::map<std::string, nn::Embedding*> embeddings;
  encoder.for_each_dense([&](nn::Dense& module) { dense[module.path] = &module; });
  encoder.for_each_embedding([&](nn::Embedding& module) { embeddings[module.path] = &module; });
  for (const files::LoraModule& stored : match.modules) {
    const bool has_place = stored.is_embedding ? embeddings.count(stored.path) != 0 : dense.count(stored.path) != 0;
    if (!has_place)
      refuse("\"" + stored.a_name + "\"", stored.is_embedding ? "factors of a linear layer" : "factors of an embedding",
             "the module " + stored.path + " is of another kind");
    if (stored.is_embedding) {
      attachment.add(embeddings.at(stored.path)->adapters, stored.path, factors.embedding(stored),
                     {stored.a_name, stored.b_name});
    } else {
      nn::Dense& module = *dense.at(stored.path);
      nn::LowRank made = factors.dense(module, stored);
      made.site = attachment.site(module);
      attachment.add(module.adapters, stored.path, std::move(made), {stored.a_name, stored.b_name});
    }
  }
  replace_whole(attachment, match, trained);
  return std::move(attachment.attached());
}

}  // namespace lorascope::adapters
