#include "app/lorascope/engine/gate_probe.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/adapters/scaling_statistics.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"
#include "core/text/tokenizer.h"

namespace lorascope::app::engine {
namespace {

constexpr double kCollapsedShare = 0.98;

std::string text_of(const std::vector<std::string>& texts) {
  return Json(texts).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The folder's name where the file only knows a number.
std::vector<std::string> adapter_names(const files::XloraFolder& mixture) {
  std::vector<std::string> names;
  for (std::size_t n = 0; n < mixture.config.adapters.size(); ++n) {
    const std::filesystem::path path = mixture.config.paths[n];
    names.push_back(path.empty() ? mixture.config.adapters[n] : path.filename().string());
  }
  return names;
}

}  // namespace

GateProbe::GateProbe(tasks::TaskModel& model, const std::vector<data::Feature>& rows, const text::Tokenizer& tokenizer,
                     std::filesystem::path folder)
    : model_(model), folder_(std::move(folder)), adapters_(adapter_names(model.export_xlora())) {
  std::vector<const data::Feature*> chosen;
  for (const data::Feature& row : rows) {
    // All choices of the last example stay together.
    if (chosen.size() >= kRows && row.choice == 0) break;
    chosen.push_back(&row);
    for (const std::int32_t id : row.input_ids) tokens_.emplace_back(tokenizer.token(id));
  }
  batch_ = tasks::make_batch(model.kind(), chosen);
  for (const auto& factors : model.low_rank_factors())
    if (std::find(modules_.begin(), modules_.end(), factors.module) == modules_.end())
      modules_.push_back(factors.module);
}

GateProbe::Look GateProbe::look(std::int64_t step) {
  const tasks::Output output = model_.evaluate(batch_);
  const adapters::ScalingStatistics statistics = adapters::scaling_statistics(output.applied);
  Look look;
  look.series["gate/entropy"] = statistics.entropy;
  for (std::size_t n = 0; n < adapters_.size(); ++n) {
    look.series["gate/share/" + adapters_[n]] = statistics.shares[n];
    look.series["gate/first/" + adapters_[n]] = statistics.firsts[n];
    if (adapters_.size() > 1 && statistics.firsts[n] > kCollapsedShare)
      look.warning =
          "the gate has collapsed: adapter " + adapters_[n] + " comes first at nearly every token and module";
  }
  look.file = folder_ / ("step-" + std::to_string(step) + ".safetensors");
  const files::TensorMap tensors = {{"scalings", output.scalings.to(at::kHalf)},
                                    {"applied", output.applied.to(at::kHalf)},
                                    {"boundaries", at::tensor(batch_.tokens.boundaries, at::kInt)}};
  std::filesystem::create_directories(folder_);
  files::write_safetensors(look.file, tensors,
                           {{"tokens", text_of(tokens_)},
                            {"modules", text_of(modules_)},
                            {"adapters", text_of(adapters_)},
                            {"step", std::to_string(step)}});
  return look;
}

}  // namespace lorascope::app::engine
