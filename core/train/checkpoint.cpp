#include "core/train/checkpoint.h"

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"

namespace lorascope::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, at::Tensor>;

constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kTemporary = ".unfinished-";
constexpr const char* kIndex = "checkpoint.json";
constexpr int kFormat = 1;
constexpr const char* kHint = "resume from another checkpoint, or start the run again";

struct Part {
  const char* file;
  Tensors Checkpoint::*tensors;
};
constexpr Part kParts[] = {
    {"weights.safetensors", &Checkpoint::weights},
    {"first_moments.safetensors", &Checkpoint::first_moments},
    {"second_moments.safetensors", &Checkpoint::second_moments},
    {"best_weights.safetensors", &Checkpoint::best_weights},
};

Json to_json(const TrainingState& state) {
  const auto& stopping = state.early_stopping;
  return Json{{"step", state.step},
              {"epoch", state.epoch},
              {"group", state.group},
              {"draw", state.draw},
              {"evaluated_step", state.evaluated_step},
              {"examples", state.examples},
              {"tokens", state.tokens},
              {"parts", state.parts},
              {"step_seconds", state.step_seconds},
              {"wall_seconds", state.wall_seconds},
              {"best", stopping.best ? Json(*stopping.best) : Json(nullptr)},
              {"best_step", stopping.best_step},
              {"without_improvement", stopping.without_improvement}};
}

TrainingState state_from(const Json& json) {
  TrainingState state;
  state.step = json.at("step").get<std::int64_t>();
  state.epoch = json.at("epoch").get<std::int64_t>();
  state.group = json.at("group").get<std::int64_t>();
  state.draw = json.at("draw").get<std::int64_t>();
  state.evaluated_step = json.at("evaluated_step").get<std::int64_t>();
  state.examples = json.at("examples").get<std::int64_t>();
  state.tokens = json.at("tokens").get<std::int64_t>();
  state.parts = json.value("parts", std::int64_t{1});
  state.step_seconds = json.at("step_seconds").get<double>();
  state.wall_seconds = json.at("wall_seconds").get<double>();
  if (!json.at("best").is_null()) state.early_stopping.best = json.at("best").get<double>();
  state.early_stopping.best_step = json.at("best_step").get<std::int64_t>();
  state.early_stopping.without_improvement = json.at("without_improvement").get<int>();
  for (const std::int64_t count : {state.step, state.epoch, state.group, state.draw, state.evaluated_step}) {
    if (count < 0) throw std::invalid_argument("a negative count");
  }
  return state;
}

/// N of "step-N", or nothing for any other name.
std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string digits = name.substr(kPrefix.size());
  const bool is_number = !digits.empty() && digits.size() < 19 &&
                         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  return std::stoll(digits);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.is_directory(problem)) found.push_back(entry.path());
  }
  return found;
}

[[noreturn]] void damaged(const fs::path& folder, Problem problem) {
  throw CheckpointError("cannot use the checkpoint in " + folder.string(), std::move(problem));
}

Json read_index(const fs::path& folder) {
  const fs::path file = folder / kIndex;
  std::string text;
  try {
    text = read_file(file, 16u << 20);
  } catch (const InputError& error) {
    damaged(folder, {file.string(), error.problems().empty() ? error.message() : error.problems().front().found,
                     "the checkpoint's index", kHint});
  }
  Json index = Json::parse(text, nullptr, false);
  if (!index.is_object()) {
    damaged(folder, {file.string(), "no JSON object (" + std::to_string(text.size()) + " bytes)",
                     "the checkpoint's index", kHint});
  }
  if (index.value("format", Json()) != Json(kFormat)) {
    damaged(folder, {file.string() + ": format", index.value("format", Json()).dump(), std::to_string(kFormat),
                     "use the version of the program that wrote it"});
  }
  return index;
}

/// Every file's size first, then its hash, so that a truncated file is called that.
void verify_files(const fs::path& folder, const Json& files) {
  std::vector<Problem> problems;
  for (const Part& part : kParts) {
    const fs::path file = folder / part.file;
    const Json entry = files.is_object() ? files.value(part.file, Json()) : Json();
    if (!entry.is_object() || !entry.value("bytes", Json()).is_number_integer() ||
        !entry.value("sha256", Json()).is_string()) {
      problems.push_back({(folder / kIndex).string() + ": files." + part.file, "no entry", "size and hash", kHint});
      continue;
    }
    std::error_code problem;
    const auto size = fs::file_size(file, problem);
    if (problem) {
      problems.push_back({file.string(), problem.message(), "a file", kHint});
    } else if (size != entry["bytes"].get<std::uint64_t>()) {
      problems.push_back({file.string(), std::to_string(size) + " bytes",
                          std::to_string(entry["bytes"].get<std::uint64_t>()) + " bytes", kHint});
    } else if (const std::string hash = sha256_file(file); hash != entry["sha256"].get<std::string>()) {
      problems.push_back({file.string(), "sha256 " + hash, entry["sha256"].get<std::string>(), kHint});
    }
  }
  if (!problems.empty()) throw CheckpointError("the checkpoint in " + folder.string() + " is damaged", problems);
}

}  // namespace

fs::path write_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  const std::string name = std::string(kPrefix) + std::to_string(checkpoint.state.step);
  const fs::path target = folder / name;
  const fs::path temporary = folder / (std::string(kTemporary) + name);
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  Json files = Json::object();
  for (const Part& part : kParts) {
    const fs::path file = temporary / part.file;
    files::write_safetensors(file, checkpoint.*part.tensors);
    files[part.file] = {{"bytes", fs::file_size(file)}, {"sha256", sha256_file(file)}};
  }
  const Json index = {{"format", kFormat},
                      {"state", to_json(checkpoint.state)},
                      {"fingerprint", checkpoint.fingerprint},
                      {"files", files}};
  write_file_atomically(temporary / kIndex, index.dump(2) + "\n");

  // The same step may be saved twice (on request, then at a stop): both say the same, so the older one may go first.
  fs::remove_all(target);
  publish(temporary, target);
  for (const fs::path& other : folders_in(folder)) {
    if (other != target && step_of(other)) fs::remove_all(other);
  }
  return target;
}

std::optional<fs::path> newest_checkpoint(const fs::path& folder) {
  std::optional<fs::path> newest;
  for (const fs::path& candidate : folders_in(folder)) {
    if (candidate.filename().string().starts_with(kTemporary)) {
      fs::remove_all(candidate);
      continue;
    }
    const auto step = step_of(candidate);
    if (step && (!newest || *step > *step_of(*newest))) newest = candidate;
  }
  return newest;
}

Checkpoint read_checkpoint(const fs::path& folder) {
  const Json index = read_index(folder);
  Checkpoint checkpoint;
  try {
    checkpoint.state = state_from(index.at("state"));
    checkpoint.fingerprint = index.at("fingerprint").get<std::map<std::string, std::string>>();
  } catch (const std::exception& problem) {
    damaged(folder, {(folder / kIndex).string(), problem.what(), "state and fingerprint of a training", kHint});
  }
  verify_files(folder, index.value("files", Json()));
  for (const Part& part : kParts) {
    checkpoint.*part.tensors = files::SafetensorsFile(folder / part.file).load_all();
  }
  return checkpoint;
}

std::int64_t checkpoint_size_bytes(const fs::path& folder) {
  std::int64_t size = 0;
  for (const auto& entry : fs::directory_iterator(folder)) size += static_cast<std::int64_t>(entry.file_size());
  return size;
}

}  // namespace lorascope::train
