#include "app/lorascope/commands/analyse_weights.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <optional>

#include "app/lorascope/hub/model_places.h"
#include "core/adapters/model_merge.h"
#include "core/analysis/adapter_comparison.h"
#include "core/analysis/power_law.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "core/study/run_settings.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAmplified = 8;  ///< singular directions of ΔW that amplification looks at

/// A folder that a run left, or that was named, and the model it started from where that is known.
struct Subject {
  fs::path folder;
  std::string base;
};

Subject subject_of(const std::string& name, const store::Workspace* workspace) {
  if (fs::is_directory(name)) return {name, ""};
  if (!workspace) throw UsageError("\"" + name + "\" is no folder", "give --workspace to name a run of it");
  const store::RunStore runs(*workspace);
  const store::RunRecord run = runs.get(name);
  for (const char* kind : {"adapter", "model"}) {
    const std::vector<store::Artifact> artifacts = runs.artifacts(run.id, kind);
    if (artifacts.empty()) continue;
    const fs::path path = artifacts.back().path;
    return {path.is_absolute() ? path : workspace->folder() / path, study::RunSettings::from_json(run.settings).model};
  }
  throw StoreError("cannot analyse the weights of run " + name,
                   Problem{"its artifacts", "neither an adapter nor a model", "a finished or stopped run", ""});
}

bool is_adapter(const fs::path& folder) {
  return fs::exists(folder / "adapter_config.json");
}

Json module_json(const analysis::ChangedMatrix& matrix, const analysis::IntruderOptions& options) {
  const analysis::SingularParts base = analysis::singular_parts(matrix.before);
  const analysis::Intruders intruders =
      analysis::intruder_dimensions(base, analysis::singular_parts(matrix.after), options);
  const analysis::ChangeSize size = analysis::change_size(matrix.before, base, matrix.after, kAmplified);
  return {{"intruders", intruders.indices.size()},
          {"closest", intruders.closest},
          {"in_base_space", intruders.in_base_space},
          {"relative_norm", size.relative_norm},
          {"relative_spectral_norm", size.relative_spectral},
          {"amplification", size.amplification},
          {"own_amplification", size.own_amplification},
          {"frobenius_norm", size.spectrum.frobenius_norm},
          {"stable_rank", size.spectrum.stable_rank},
          {"effective_rank", size.spectrum.effective_rank},
          {"energy_rank_90", size.spectrum.energy_rank_90}};
}

/// The matrices that training changed.
std::vector<analysis::ChangedMatrix> matrices_of(const WeightAnalysisOptions& options,
                                                 const store::Workspace* workspace) {
  at::set_num_threads(
      1);  // decompositions of a few hundred rows: threads would wait for each other longer than compute
  const Subject subject = subject_of(options.subjects.at(0), workspace);
  const std::string base_name = options.base.empty() ? subject.base : options.base;
  if (base_name.empty())
    throw UsageError("weights of a folder need --base", "name the model that the training started from");
  const files::ModelFolder base = files::load_model_folder(hub::find_model(base_name));
  const files::TensorMap after =
      is_adapter(subject.folder)
          ? adapters::merge_into_model(base, {files::read_adapter_folder(subject.folder)}).tensors
          : files::load_model_folder(subject.folder).tensors;
  return analysis::changed_matrices(base, after);
}

std::string module_name(const analysis::ChangedMatrix& matrix) { return matrix.name.substr(0, matrix.name.rfind('.')); }

analysis::PowerLaw tail_of(const at::Tensor& matrix) {
  std::vector<double> eigenvalues = analysis::change_spectrum(matrix, at::zeros_like(matrix)).singular_values;
  for (double& value : eigenvalues) value *= value;
  return analysis::power_law_tail(std::move(eigenvalues));
}

}  // namespace

Json analyse_intruders(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  Json modules = Json::object();
  std::int64_t total = 0;
  for (const analysis::ChangedMatrix& matrix : matrices_of(options, workspace)) {
    Json module = module_json(matrix, options.intruders);
    total += module.at("intruders").get<std::int64_t>();
    modules[module_name(matrix)] = std::move(module);
  }
  return {{"modules", modules},
          {"intruders", total},
          {"threshold", options.intruders.threshold},
          {"directions", options.intruders.directions},
          {"base_directions", options.intruders.base_directions}};
}

Json analyse_amplification(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  const std::int64_t directions = options.directions > 0 ? options.directions : kAmplified;
  Json modules = Json::object();
  for (const analysis::ChangedMatrix& matrix : matrices_of(options, workspace)) {
    const analysis::ChangeSize size = analysis::change_size(matrix.before, matrix.after, directions);
    modules[module_name(matrix)] = {{"amplification", size.amplification},
                                    {"own_amplification", size.own_amplification},
                                    {"random_amplification", size.random_amplification},
                                    {"relative_norm", size.relative_norm},
                                    {"frobenius_norm", size.spectrum.frobenius_norm}};
  }
  return {{"modules", modules}, {"directions", directions}};
}

Json analyse_alpha(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  Json modules = Json::object();
  for (const analysis::ChangedMatrix& matrix : matrices_of(options, workspace)) {
    const analysis::PowerLaw before = tail_of(matrix.before), after = tail_of(matrix.after);
    modules[module_name(matrix)] = {{"base_alpha", before.alpha}, {"alpha", after.alpha},
                                    {"distance", after.distance}, {"tail", after.tail}};
  }
  return {{"modules", modules}};
}

Json analyse_overlap(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  if (options.subjects.size() != 2)
    throw UsageError("--what overlap compares two adapters", "name two runs or adapter folders");
  std::vector<files::AdapterFolder> folders;
  for (const std::string& name : options.subjects)
    folders.push_back(files::read_adapter_folder(subject_of(name, workspace).folder));
  const analysis::AdapterComparison comparison = analysis::compare_adapters(folders[0], folders[1], options.directions);
  Json modules = Json::object();
  for (const analysis::ModuleComparison& module : comparison.modules)
    modules[module.path] = {{"cosine", module.cosine},
                            {"left_overlap", module.left_overlap},
                            {"right_overlap", module.right_overlap},
                            {"left_random", module.left_floor},
                            {"right_random", module.right_floor},
                            {"norms", {module.first_norm, module.second_norm}}};
  return {{"modules", modules}, {"cosine", comparison.cosine}};
}

}  // namespace lorascope::app
