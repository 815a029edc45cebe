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

/// One label a token, as the header has it.
void add_labels(const data::Feature& row, tasks::TaskKind kind, std::vector<std::int32_t>& labels) {
  constexpr std::int32_t kUnknown = -100;
  const std::size_t first = labels.size(), count = row.input_ids.size();
  labels.resize(first + count, kUnknown);
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = static_cast<std::int64_t>(i);
    std::int32_t& label = labels[first + i];
    if (kind == tasks::TaskKind::Tokens && i < row.labels.size()) label = row.labels[i];
    if (kind == tasks::TaskKind::Spans && row.end_position >= 0)
      label = row.end_position > 0 && place >= row.start_position && place <= row.end_position ? 1 : 0;
    if (kind == tasks::TaskKind::Choices && row.label >= 0) label = row.choice == row.label ? 1 : 0;
  }
}

}  // namespace

std::vector<std::string> adapter_names(const files::XloraFolder& mixture) {
  std::vector<std::string> names;
  for (std::size_t n = 0; n < mixture.config.adapters.size(); ++n) {
    const std::filesystem::path path = mixture.config.paths[n];
    names.push_back(path.empty() ? mixture.config.adapters[n] : path.filename().string());
  }
  return names;
}

GateProbe::GateProbe(const std::vector<Task>& tasks, std::vector<std::string> adapters,
                     const text::Tokenizer& tokenizer, std::filesystem::path folder)
    : folder_(std::move(folder)), adapters_(std::move(adapters)) {
  const std::size_t rows_a_task = kRows / tasks.size();
  for (const Task& task : tasks) {
    std::vector<const data::Feature*> chosen;
    for (const data::Feature& row : task.rows) {
      // All choices of the last example stay together.
      if (chosen.size() >= rows_a_task && row.choice == 0) break;
      chosen.push_back(&row);
      for (const std::int32_t id : row.input_ids) tokens_.emplace_back(tokenizer.token(id));
      boundaries_.push_back(boundaries_.back() + static_cast<std::int64_t>(row.input_ids.size()));
      add_labels(row, task.model.kind(), labels_);
      row_tasks_.push_back(task.name);
    }
    tasks_.push_back({task.name, task.model, tasks::make_batch(task.model.kind(), chosen)});
  }
  for (const auto& factors : tasks.front().model.low_rank_factors())
    if (std::find(modules_.begin(), modules_.end(), factors.module) == modules_.end())
      modules_.push_back(factors.module);
}

std::string GateProbe::add_series(const at::Tensor& applied, const std::string& prefix,
                                  std::map<std::string, double>& series) {
  const adapters::ScalingStatistics statistics = adapters::scaling_statistics(applied);
  std::string collapsed;
  series[prefix + "entropy"] = statistics.entropy;
  for (std::size_t n = 0; n < adapters_.size(); ++n) {
    series[prefix + "share/" + adapters_[n]] = statistics.shares[n];
    series[prefix + "first/" + adapters_[n]] = statistics.firsts[n];
    if (adapters_.size() > 1 && statistics.firsts[n] > kCollapsedShare) collapsed = adapters_[n];
  }
  return collapsed;
}

GateProbe::Look GateProbe::look(std::int64_t step) {
  Look look;
  std::vector<at::Tensor> scalings, applied;
  for (const Probed& task : tasks_) {
    const tasks::Output output = task.model.evaluate(task.batch);
    scalings.push_back(output.scalings);
    applied.push_back(output.applied);
    // A task may well want one adapter only; all tasks together should not.
    if (tasks_.size() > 1) add_series(output.applied, "gate/" + task.name + "/", look.series);
  }
  const at::Tensor all = at::cat(applied, 0);
  if (const std::string collapsed = add_series(all, "gate/", look.series); !collapsed.empty())
    look.warning = "the gate has collapsed: adapter " + collapsed + " comes first at nearly every token and module";
  look.file = folder_ / ("step-" + std::to_string(step) + ".safetensors");
  const files::TensorMap tensors = {{"scalings", at::cat(scalings, 0).to(at::kHalf)},
                                    {"applied", all.to(at::kHalf)},
                                    {"boundaries", at::tensor(boundaries_, at::kInt)},
                                    {"labels", at::tensor(labels_, at::kInt)}};
  std::map<std::string, std::string> metadata = {{"tokens", text_of(tokens_)},
                                                 {"modules", text_of(modules_)},
                                                 {"adapters", text_of(adapters_)},
                                                 {"step", std::to_string(step)}};
  if (tasks_.size() > 1) metadata["tasks"] = text_of(row_tasks_);
  std::filesystem::create_directories(folder_);
  files::write_safetensors(look.file, tensors, metadata);
  return look;
}

}  // namespace lorascope::app::engine
