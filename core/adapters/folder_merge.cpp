#include "core/adapters/folder_merge.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/adapters/initialisation.h"
#include "core/base/error.h"
#include "core/files/natural_order.h"

namespace lorascope::adapters {
namespace {

constexpr const char* kMessage = "cannot merge the adapters";

[[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& expected,
                         const std::string& hint = {}) {
  throw CheckpointError(kMessage, Problem{where, found, expected, hint});
}

/// [PEFT]'s rank of an adapter: the largest that it may have on any module.
std::int64_t largest_rank(const files::AdapterConfig& config) {
  std::int64_t rank = config.rank;
  for (const auto& entry : config.rank_pattern) rank = std::max(rank, entry.second);
  return rank;
}

at::Tensor padded(const at::Tensor& factor, std::int64_t dimension, std::int64_t rank) {
  const std::int64_t missing = rank - factor.size(dimension);
  if (missing == 0) return factor.contiguous();
  std::vector<std::int64_t> shape = factor.sizes().vec();
  shape[static_cast<std::size_t>(dimension)] = missing;
  return at::cat({factor, at::zeros(shape, factor.options())}, dimension);
}

struct NaturalOrder {
  bool operator()(const std::string& left, const std::string& right) const { return files::natural_less(left, right); }
};

class FolderMerge {
 public:
  FolderMerge(const std::vector<files::AdapterFolder>& adapters, const FolderMergeOptions& options)
      : adapters_(adapters), options_(options), rule_(combination_rule(options.type)) {}

  MergedFolder run() {
    check_options();
    for (std::size_t number = 0; number < adapters_.size(); ++number) {
      check_plain(adapters_[number], kMessage);
      for (files::LoraModule& module : adapters_[number].modules())
        modules_[module.path].push_back({number, std::move(module)});
    }
    choose_rank();
    merge_config();
    for (const auto& [path, parts] : modules_) merge_module(path, parts);
    merged_.relative_error = total_ > 0     ? std::sqrt(squares_ / total_)
                             : squares_ > 0 ? std::numeric_limits<double>::infinity()
                                            : 0;
    add_others();
    return std::move(merged_);
  }

 private:
  struct Part {
    std::size_t adapter;
    files::LoraModule module;
  };

  void check_options() {
    if (adapters_.empty()) throw UsageError("no adapter to merge", "name at least one adapter folder");
    if (options_.weights.size() != adapters_.size())
      throw UsageError("--weights: found " + std::to_string(options_.weights.size()) + ", expected one for each of " +
                           std::to_string(adapters_.size()) + " adapters",
                       "give one weight an adapter, separated by commas");
    if (rule_.needs_density() && !options_.density)
      throw UsageError("--type " + options_.type + " needs --density",
                       "give the share of entries to keep, such as 0.5");
    if (options_.density && !(*options_.density >= 0 && *options_.density <= 1))
      throw UsageError("--density is not from 0 to 1", "give the share of entries to keep, such as 0.5");
    for (const double weight : options_.weights)
      if (!std::isfinite(weight)) throw UsageError("--weights has a value that is no finite number", "");
    rule_.density = options_.density.value_or(1);
    rule_.count_signs = options_.count_signs;
    rule_.seed = options_.seed;
    if (adapters_.size() == 1) rule_ = combination_rule("linear");
  }

  void choose_rank() {
    std::set<std::int64_t> ranks;
    std::int64_t sum = 0;
    for (const files::AdapterFolder& adapter : adapters_) {
      ranks.insert(largest_rank(adapter.config));
      sum += largest_rank(adapter.config);
    }
    if (rule_.needs_equal_ranks() && ranks.size() > 1)
      refuse("r", "ranks from " + std::to_string(*ranks.begin()) + " to " + std::to_string(*ranks.rbegin()),
             "one rank for all adapters with --type " + options_.type, "use cat, svd or a type that ends in _svd");
    rank_ = *ranks.rbegin();
    if (rule_.kind == Combination::Cat) rank_ = sum;
    if (rule_.truncates() && options_.rank > 0) rank_ = options_.rank;
    if (!rule_.truncates() && options_.rank > 0 && adapters_.size() > 1)
      throw UsageError("--rank has no say in --type " + options_.type,
                       "use svd, or `lorascope adapter truncate` afterwards");
    rule_.rank = rank_;
  }

  void merge_config() {
    files::AdapterConfig& config = merged_.config;
    config = adapters_.front().config;
    config.rank = rank_;
    config.alpha = static_cast<double>(rank_);
    config.rank_pattern.clear();
    config.alpha_pattern.clear();
    config.init_lora_weights = "true";
    config.lora_bias =
        std::any_of(adapters_.begin(), adapters_.end(), [](const auto& a) { return a.config.lora_bias; });
    if (!options_.peft_scaling) config.use_rslora = false;
    scaling_ = config.use_rslora ? std::sqrt(static_cast<double>(rank_)) : 1.0;
    merge_targets();
  }

  /// The union of lists of names where that says the same as before; else every module by its path.
  void merge_targets() {
    files::AdapterConfig& config = merged_.config;
    const files::AdapterConfig& first = adapters_.front().config;
    bool are_lists = true, are_same = true;
    for (const files::AdapterFolder& adapter : adapters_) {
      const files::AdapterConfig& other = adapter.config;
      const bool same_rest = other.exclude_modules.names == first.exclude_modules.names &&
                             other.exclude_modules.pattern == first.exclude_modules.pattern &&
                             other.layers_to_transform == first.layers_to_transform &&
                             other.layers_pattern == first.layers_pattern;
      are_lists = are_lists && same_rest && !other.target_modules.pattern && !other.target_modules.is_empty();
      are_same = are_same && same_rest && other.target_modules.pattern == first.target_modules.pattern &&
                 other.target_modules.names == first.target_modules.names;
    }
    if (are_same) return;
    std::set<std::string> names;
    if (are_lists) {
      for (const files::AdapterFolder& adapter : adapters_)
        names.insert(adapter.config.target_modules.names.begin(), adapter.config.target_modules.names.end());
    } else {
      for (const auto& entry : modules_) names.insert(entry.first);
      config.exclude_modules = {};
      config.layers_to_transform.clear();
      config.layers_pattern.clear();
    }
    config.target_modules = {{names.begin(), names.end()}, std::nullopt};
  }

  void merge_module(const std::string& path, const std::vector<Part>& parts) {
    std::vector<WeightedProduct> products;
    at::Tensor bias;
    const files::LoraModule& first = parts.front().module;
    for (const Part& part : parts) {
      const files::LoraModule& module = part.module;
      const double weight = options_.weights[part.adapter];
      if (module.a.size(1) != first.a.size(1) || module.b.size(0) != first.b.size(0) ||
          module.is_embedding != first.is_embedding)
        refuse(
            path,
            files::shape_text({module.b.size(0), module.a.size(1)}) + " in " + adapters_[part.adapter].folder.string(),
            files::shape_text({first.b.size(0), first.a.size(1)}), "the adapters are of different base models");
      if (rule_.needs_equal_ranks() && module.a.size(0) != first.a.size(0))
        refuse(path, "ranks " + std::to_string(first.a.size(0)) + " and " + std::to_string(module.a.size(0)),
               "one rank with --type " + options_.type, "use cat, svd or a type that ends in _svd");
      products.push_back({{module.b, module.a, module.scaling}, weight});
      if (module.b_bias.defined()) {
        const at::Tensor share = module.b_bias * (weight * module.scaling);
        bias = bias.defined() ? bias + share : share;
      }
    }
    rule_.name = path;
    LowRankProduct made = combine(products, rule_);
    made.scaling = scaling_;
    measure(path, made, weighted_sum(products));
    put(first, made, bias);
  }

  void measure(const std::string& path, const LowRankProduct& made, const LowRankProduct& exact) {
    const double norm = frobenius_norm(exact), error = relative_error(made, exact);
    const double difference = frobenius_norm(weighted_sum({{made, 1}, {exact, -1}}));
    merged_.errors.push_back({path, error, norm});
    squares_ += difference * difference;
    total_ += norm * norm;
  }

  void put(const files::LoraModule& like, const LowRankProduct& made, const at::Tensor& bias) {
    merged_.tensors[like.a_name] = padded(made.a, 0, rank_);
    merged_.tensors[like.b_name] = padded(made.b, 1, rank_);
    if (!merged_.config.lora_bias) return;
    const std::string name = like.a_name.substr(0, like.a_name.rfind(".lora_")) + ".lora_B.bias";
    // B's bias is multiplied by the merged scaling as well.
    merged_.tensors[name] = bias.defined() ? bias / scaling_ : at::zeros({made.b.size(0)}, at::kFloat);
  }

  void add_others() {
    std::vector<std::size_t> with_others;
    for (std::size_t number = 0; number < adapters_.size(); ++number)
      if (!adapters_[number].other_names().empty()) with_others.push_back(number);
    std::optional<std::size_t> from;
    if (options_.others_from) {
      const std::int64_t number = *options_.others_from;
      if (number < 0 || number > static_cast<std::int64_t>(adapters_.size()))
        throw UsageError("--head-from names adapter " + std::to_string(number),
                         "give a number from 1 to " + std::to_string(adapters_.size()) + ", or 0 for no head");
      if (number > 0) from = static_cast<std::size_t>(number - 1);
    } else if (with_others.size() == 1) {
      from = with_others.front();
    } else if (with_others.size() > 1) {
      refuse("heads and biases",
             "tensors such as \"" + adapters_[with_others[0]].other_names().front() + "\" in several adapters",
             "at most one adapter that brings them", "choose one by --head-from NUMBER, or none by --head-from 0");
    }
    take_others(from ? &adapters_[*from] : nullptr);
  }

  void take_others(const files::AdapterFolder* from) {
    merged_.config.modules_to_save.clear();
    merged_.config.bias = "none";
    if (!from) return;
    for (const std::string& name : from->other_names()) merged_.tensors[name] = from->tensors.at(name);
    merged_.config.modules_to_save = from->config.modules_to_save;
    merged_.config.bias = from->config.bias;
    merged_.config.task_type = from->config.task_type;
  }

  const std::vector<files::AdapterFolder>& adapters_;
  const FolderMergeOptions& options_;
  CombinationRule rule_;
  std::map<std::string, std::vector<Part>, NaturalOrder> modules_;
  std::int64_t rank_ = 0;
  double scaling_ = 1;
  double squares_ = 0, total_ = 0;
  MergedFolder merged_;
};

}  // namespace

void check_finite(const files::AdapterFolder& adapter, const std::string& message) {
  for (const auto& [name, tensor] : adapter.tensors)
    if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>())
      throw CheckpointError(message, Problem{adapter.folder.string() + ": " + name, "a value that is no finite number",
                                             "finite numbers", "the training that wrote it has diverged"});
}

void check_plain(const files::AdapterFolder& adapter, const std::string& message, bool dora_is_fine) {
  check_finite(adapter, message);
  const std::string& init = adapter.config.init_lora_weights;
  if (adapter.config.use_dora && !dora_is_fine)
    throw CheckpointError(message, Problem{adapter.folder.string(), "use_dora true", "an adapter without magnitudes",
                                           "what DoRA adds depends on the base weights: merge it into its model"});
  const bool needs_data = init == "corda" || init == "lora_ga" || init == "loftq";
  if (changes_base(init) || needs_data)
    throw CheckpointError(
        message,
        Problem{adapter.folder.string(), "init_lora_weights \"" + init + "\", which changes the base weights",
                "an adapter over unchanged base weights",
                needs_data ? "convert the adapter to plain LoRA when saving it in PEFT"
                           : "make it plain by `lorascope adapter convert DIR --to plain --model BASE --out NEW`"});
}

MergedFolder merge_folders(const std::vector<files::AdapterFolder>& adapters, const FolderMergeOptions& options) {
  const at::NoGradGuard no_grad;
  return FolderMerge(adapters, options).run();
}

}  // namespace lorascope::adapters
