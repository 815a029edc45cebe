#include "tests/core/tasks/mixed_adapters.h"

#include <ATen/ATen.h>

#include "core/nn/initialise.h"

namespace lorascope::tasks::test {

std::vector<files::AdapterFolder> drawn_adapters(const Sample& sample, std::size_t count, bool is_union,
                                                 std::uint64_t seed) {
  const bool is_bert = sample.family == files::Family::Bert;
  const std::vector<std::vector<std::string>> targets =
      is_bert ? std::vector<std::vector<std::string>>{{"query", "value"}, {"key", "value"}, {"query", "output.dense"}}
              : std::vector<std::vector<std::string>>{{"q_lin", "v_lin"}, {"k_lin", "v_lin"}, {"q_lin", "lin2"}};
  std::vector<files::AdapterFolder> adapters;
  for (std::size_t n = 0; n < count; ++n) {
    files::AdapterConfig config;
    config.rank = 1 + static_cast<std::int64_t>((seed + n) % 4);
    config.alpha = 3 + static_cast<double>(n);
    config.dropout = sample.dropout;
    config.target_modules.names = targets[is_union ? n % targets.size() : 0];
    files::AdapterFolder adapter = small_adapter(config, sample);
    adapter.folder = "adapters/number" + std::to_string(n);
    for (const std::string& name : adapter.other_names()) adapter.tensors.erase(name);
    for (auto& [name, tensor] : adapter.tensors) tensor = nn::draw_normal(tensor.sizes(), 0.4, seed * 100 + n, name);
    adapters.push_back(std::move(adapter));
  }
  return adapters;
}

std::vector<files::AdapterFolder> drawn_adapters(std::size_t count, bool is_union, std::uint64_t seed) {
  return drawn_adapters(Sample{}, count, is_union, seed);
}

std::vector<const files::AdapterFolder*> pointers(const std::vector<files::AdapterFolder>& adapters) {
  std::vector<const files::AdapterFolder*> result;
  for (const files::AdapterFolder& adapter : adapters) result.push_back(&adapter);
  return result;
}

}  // namespace lorascope::tasks::test
