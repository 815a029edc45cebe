#include "app/lorascope/commands/analyse_weights.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <optional>

#include "app/lorascope/hub/model_places.h"
#include "app/lorascope/representations/stored_analysis.h"
#include "core/adapters/model_merge.h"
#include "core/analysis/adapter_comparison.h"
#include "core/analysis/power_law.h"
#include "core/analysis/random_update.h"
#include "core/base/error.h"
#include "core/figures/run_groups.h"
#include "core/files/xlora_folder.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "core/study/run_settings.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAmplified = 8;  ///< singular directions of ΔW that amplification looks at
constexpr std::uint64_t kRandomSeed = 42;  ///< of the random updates that give the floors

/// A folder that a run left, or that was named, and the model it started from where that is known.
struct Subject {
  fs::path folder;
  std::string base;
  store::RunId run = 0;  ///< 0: no run
  std::string name;
  std::string method;
};

bool is_adapter(const fs::path& folder) {
  return fs::exists(folder / "adapter_config.json");
}

[[noreturn]] void throw_is_mixture(const std::string& name) {
  throw StoreError("cannot analyse the weights of " + name,
                   Problem{name, "an X-LoRA, whose update differs from token to token", "one ΔW for all tokens",
                           "analyse its adapters' folders, or the hidden states (--what cka, distances, sensitivity)"});
}

Subject subject_of(const std::string& name, const store::Workspace* workspace) {
  if (fs::is_directory(name)) {
    if (files::is_xlora_folder(name)) throw_is_mixture(name);
    return {name, "", 0, name, is_adapter(name) ? "lora" : "ft"};
  }
  if (!workspace) throw UsageError("\"" + name + "\" is no folder", "give --workspace to name a run of it");
  const store::RunStore runs(*workspace);
  const store::RunRecord run = runs.get(name);
  if (!runs.artifacts(run.id, "xlora").empty()) throw_is_mixture("run " + name);
  for (const char* kind : {"adapter", "model"}) {
    const std::vector<store::Artifact> artifacts = runs.artifacts(run.id, kind);
    if (artifacts.empty()) continue;
    return {workspace->resolved_path(artifacts.back().path), study::RunSettings::from_json(run.settings).model, run.id,
            figures::full_name(run), run.method};
  }
  throw StoreError("cannot analyse the weights of run " + name,
                   Problem{"its artifacts", "neither an adapter nor a model", "a finished or stopped run", ""});
}

/// The base with an update of this spectrum along random directions.
at::Tensor changed_by_chance(const analysis::ChangedMatrix& matrix, const analysis::Spectrum& spectrum) {
  return matrix.before + analysis::random_update(spectrum.singular_values, matrix.before.size(0), matrix.before.size(1),
                                                 kRandomSeed, matrix.name);
}

Json module_json(const analysis::ChangedMatrix& matrix, const analysis::IntruderOptions& options) {
  const analysis::SingularParts base = analysis::singular_parts(matrix.before);
  const analysis::Intruders intruders =
      analysis::intruder_dimensions(base, analysis::singular_parts(matrix.after), options);
  const analysis::ChangeSize size = analysis::change_size(matrix.before, base, matrix.after, kAmplified);
  const analysis::Intruders random =
      analysis::intruder_dimensions(base, analysis::singular_parts(changed_by_chance(matrix, size.spectrum)), options);
  return {{"intruders", intruders.indices.size()},
          {"random_intruders", random.indices.size()},
          {"closest", intruders.closest},
          {"random_closest", random.closest},
          {"in_base_space", intruders.in_base_space},
          {"random_in_base_space", random.in_base_space},
          {"relative_norm", size.relative_norm},
          {"relative_spectral_norm", size.relative_spectral},
          {"amplification", size.amplification},
          {"own_amplification", size.own_amplification},
          {"random_amplification", size.random_amplification},
          {"frobenius_norm", size.spectrum.frobenius_norm},
          {"stable_rank", size.spectrum.stable_rank},
          {"effective_rank", size.spectrum.effective_rank},
          {"energy_rank_90", size.spectrum.energy_rank_90}};
}

/// What training changed of one subject.
struct Change {
  Subject subject;
  fs::path base;
  std::vector<analysis::ChangedMatrix> matrices;
};

Change change_of(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  at::set_num_threads(
      1);  // decompositions of a few hundred rows: threads would wait for each other longer than compute
  const Subject subject = subject_of(options.subjects.at(0), workspace);
  const std::string base_name = options.base.empty() ? subject.base : options.base;
  if (base_name.empty())
    throw UsageError("weights of a folder need --base", "name the model that the training started from");
  const fs::path base_folder = hub::find_model(base_name);
  const files::ModelFolder base = files::load_model_folder(base_folder);
  const files::TensorMap after =
      is_adapter(subject.folder)
          ? adapters::merge_into_model(base, {files::read_adapter_folder(subject.folder)}).tensors
          : files::load_model_folder(subject.folder).tensors;
  return {subject, base_folder, analysis::changed_matrices(base, after)};
}

std::string module_name(const analysis::ChangedMatrix& matrix) { return matrix.name.substr(0, matrix.name.rfind('.')); }

/// {NAME: what `numbers` says of the matrix}.
template <class Numbers>
Json each_module(const WeightAnalysisOptions& options, const Change& change, const Numbers& numbers) {
  Json modules = Json::object();
  for (std::size_t i = 0; i < change.matrices.size(); ++i) {
    if (options.progress) options.progress(change.subject.name, i, change.matrices.size());
    modules[module_name(change.matrices[i])] = numbers(change.matrices[i]);
  }
  return modules;
}

/// Puts what is needed to find the analysis again into it and keeps that of a run in the workspace.
Json kept(const char* what, const Change& change, Json source, Json answer, const store::Workspace* workspace) {
  representations::Subject subject{change.subject.name, change.subject.method, change.subject.run, change.base, {}};
  (change.subject.method == "ft" ? subject.model : subject.adapter) = change.subject.folder;
  answer["analysis"] = what;
  answer["subjects"] = Json::array({subject.json()});
  source["base"] = change.base.string();
  answer["source"] = std::move(source);
  if (workspace != nullptr && subject.run != 0)
    answer["file"] = representations::store_analysis(*workspace, {subject}, answer).string();
  return answer;
}

analysis::PowerLaw tail_of(const at::Tensor& matrix) {
  std::vector<double> eigenvalues = analysis::change_spectrum(matrix, at::zeros_like(matrix)).singular_values;
  for (double& value : eigenvalues) value *= value;
  return analysis::power_law_tail(std::move(eigenvalues));
}

}  // namespace

Json analyse_intruders(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  const Change change = change_of(options, workspace);
  std::int64_t total = 0, random = 0;
  Json modules = each_module(options, change, [&](const analysis::ChangedMatrix& matrix) {
    Json module = module_json(matrix, options.intruders);
    total += module.at("intruders").get<std::int64_t>();
    random += module.at("random_intruders").get<std::int64_t>();
    return module;
  });
  Json source = {{"threshold", options.intruders.threshold},
                 {"directions", options.intruders.directions},
                 {"base_directions", options.intruders.base_directions}};
  Json answer = source;
  answer["modules"] = std::move(modules);
  answer["intruders"] = total;
  answer["random_intruders"] = random;
  return kept("intruders", change, std::move(source), std::move(answer), workspace);
}

Json analyse_amplification(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  const std::int64_t directions = options.directions > 0 ? options.directions : kAmplified;
  const Change change = change_of(options, workspace);
  const Json modules = each_module(options, change, [&](const analysis::ChangedMatrix& matrix) {
    const analysis::ChangeSize size = analysis::change_size(matrix.before, matrix.after, directions);
    return Json{{"amplification", size.amplification},
                {"own_amplification", size.own_amplification},
                {"random_amplification", size.random_amplification},
                {"relative_norm", size.relative_norm},
                {"frobenius_norm", size.spectrum.frobenius_norm}};
  });
  return kept("amplification", change, {{"directions", directions}}, {{"modules", modules}, {"directions", directions}},
              workspace);
}

Json analyse_alpha(const WeightAnalysisOptions& options, const store::Workspace* workspace) {
  const Change change = change_of(options, workspace);
  const Json modules = each_module(options, change, [](const analysis::ChangedMatrix& matrix) {
    const analysis::PowerLaw before = tail_of(matrix.before), after = tail_of(matrix.after);
    const analysis::Spectrum spectrum = analysis::change_spectrum(matrix.after, matrix.before);
    const analysis::PowerLaw random = tail_of(changed_by_chance(matrix, spectrum));
    return Json{{"alpha", after.alpha},         {"alpha_error", after.error()},
                {"base_alpha", before.alpha},   {"base_alpha_error", before.error()},
                {"random_alpha", random.alpha}, {"distance", after.distance},
                {"tail", after.tail}};
  });
  return kept("alpha", change, Json::object(), {{"modules", modules}}, workspace);
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
