#include "app/lorascope/commands/mixture_options.h"

#include <ATen/ATen.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/tasks/mixture_model.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

template <typename Number>
std::vector<Number> numbers(const std::string& text, const char* option) {
  std::vector<Number> values;
  for (const std::string& part : split_at_commas(text)) {
    Number value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size())
      throw UsageError(std::string(option) + ": found \"" + part + "\", expected numbers with commas between them");
    values.push_back(value);
  }
  return values;
}

std::string folder_name(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

tasks::MixingOptions mixing_options(const MixtureOptions& from) {
  tasks::MixingOptions options;
  options.weights = numbers<double>(from.weights, "--mix-weights");
  options.temperature = from.temperature;
  options.dropout = 0.0;
  options.top_k = from.top_k > 0 ? from.top_k : (from.mix == "arrow" ? 3 : 2);
  if (from.mix == "meteora") {
    options.kind = tasks::Mixing::Meteora;
    if (!from.gates.empty()) options.meteora.gates = files::open_archive(from.gates)->load_all();
  } else if (from.mix == "arrow") {
    options.kind = tasks::Mixing::Arrow;
  } else if (from.mix == "rows") {
    options.kind = tasks::Mixing::Rows;
  } else {
    options.kind = from.sum == "delta" ? tasks::Mixing::Sum : tasks::Mixing::Factors;
  }
  return options;
}

}  // namespace

void MixtureOptions::add_to(CLI::App& command) {
  command
      .add_option(
          "--xlora-mode", xlora_mode,
          "Whose X-LoRA is computed: the package's, PEFT's, or ours (statistics and training free of padding and of "
          "dropout in the first pass)")
      ->check(CLI::IsMember({"xlora", "peft", "ours"}))
      ->capture_default_str();
  command.add_option("--adapters", adapters, "The X-LoRA folder's adapters, where it records none that exist: DIR,DIR");
  command.add_option("--mix", mix, "How several adapters act together instead of being summed")
      ->check(CLI::IsMember({"meteora", "arrow", "lorahub", "rows"}));
  command.add_option("--mix-gates", gates, "meteora: Safetensors file with gates.MODULE.weight [N,in]");
  command.add_option("--mix-tasks", tasks,
                     "meteora: the number of each example's own adapter, for the gates' loss: 0,2,1");
  command.add_option("--mix-weights", weights, "lorahub: a weight for each adapter: 0.5,0.8,-0.3");
  command.add_option("--mix-sum", sum, "lorahub: sum of the factors A and B as published, or of the updates B A")
      ->check(CLI::IsMember({"factors", "delta"}))
      ->capture_default_str();
  command.add_option("--rows", rows, "rows: each example's adapter by the name of its folder, or none: news,none,mail");
  command.add_option("--top-k", top_k, "meteora, arrow: adapters of a token and module (default 2, 3)")
      ->check(CLI::PositiveNumber);
  command.add_option("--temperature", temperature, "arrow: of the softmax over the scores")->capture_default_str();
}

bool MixtureOptions::is_mixture(const std::vector<std::string>& folders) const {
  if (!mix.empty()) return true;
  const bool has_xlora = std::any_of(folders.begin(), folders.end(),
                                     [](const std::string& folder) { return files::is_xlora_folder(folder); });
  if (has_xlora && folders.size() > 1)
    throw UsageError("--adapter: found an X-LoRA folder beside others, expected it alone",
                     "an X-LoRA folder names its adapters itself; give others by --adapters");
  return has_xlora;
}

std::unique_ptr<tasks::TaskModel> MixtureOptions::open(const files::ModelFolder& model,
                                                       const tasks::TaskModelOptions& options,
                                                       const std::vector<std::string>& folders) const {
  if (mix.empty()) {
    std::vector<fs::path> given;
    for (const std::string& folder : split_at_commas(adapters)) given.emplace_back(folder);
    const files::XloraFolder mixture = files::read_xlora_folder(folders.front(), given);
    for (const std::string& warning : mixture.warnings) std::cerr << "warning: " << warning << '\n';
    tasks::XloraModelOptions xlora;
    xlora.xlora.mode = adapters::xlora_mode(xlora_mode);
    xlora.dropout = 0.0;
    return tasks::xlora_model(model, options, mixture, xlora);
  }
  std::vector<files::AdapterFolder> read;
  for (const std::string& folder : folders) read.push_back(files::read_adapter_folder(folder));
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& folder : read) pointers.push_back(&folder);
  return tasks::mixture_model(model, options, pointers, mixing_options(*this));
}

void MixtureOptions::set_adapters(tasks::Batch& batch, const std::vector<std::string>& folders) const {
  std::vector<std::int64_t> owners;
  if (mix == "rows") {
    for (const std::string& name : split_at_commas(rows)) {
      std::int64_t owner = -1;
      for (std::size_t n = 0; n < folders.size(); ++n)
        if (folder_name(folders[n]) == name) owner = static_cast<std::int64_t>(n);
      if (owner < 0 && name != "none")
        throw UsageError("--rows: found \"" + name + "\", expected none or the name of an adapter's folder");
      owners.push_back(owner);
    }
  } else if (mix == "meteora") {
    owners = numbers<std::int64_t>(tasks, "--mix-tasks");
    for (const std::int64_t owner : owners)
      if (owner < 0 || owner >= static_cast<std::int64_t>(folders.size()))
        throw UsageError("--mix-tasks: found " + std::to_string(owner) + ", expected 0 to " +
                         std::to_string(folders.size() - 1) + ", the number of an adapter");
  }
  if (owners.empty() && mix != "rows") return;
  if (static_cast<std::int64_t>(owners.size()) != batch.num_rows())
    throw UsageError("found adapters for " + std::to_string(owners.size()) + " examples, expected " +
                     std::to_string(batch.num_rows()));
  for (const std::int64_t owner : owners) batch.adapters.insert(batch.adapters.end(), batch.choices, owner);
}

void add_mixture_outputs(const tasks::Output& output, const tasks::Batch& batch, const Padding& padded,
                         files::TensorMap& tensors) {
  const auto add = [&](const char* name, const at::Tensor& scalings) {
    if (!scalings.defined()) return;
    const at::Tensor rows = padded(scalings.flatten(1));
    tensors[name] = rows.view({rows.size(0), rows.size(1), scalings.size(1), scalings.size(2)});
  };
  add("scalings", output.scalings);
  add("scalings_applied", output.applied);
  if (output.scalings.defined() && !batch.adapters.empty())
    tensors["gate_loss"] = at::scalar_tensor(output.gate_loss, at::kFloat);
}

}  // namespace lorascope::app
