#include "app/lorascope/import/trainer_folder.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/checked_json.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;
using files::FieldReader;
using files::ProblemList;

constexpr std::uint64_t kLogLimit = 1u << 30;
constexpr std::uint64_t kCardLimit = 4u << 20;
constexpr std::int64_t kMaxStep = std::int64_t{1} << 53;

/// Python writes NaN and Infinity, which JSON does not know: both become null, outside of texts.
std::string without_python_numbers(const std::string& text) {
  std::string result;
  result.reserve(text.size());
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      result += c;
      if (c == '\\' && i + 1 < text.size()) result += text[++i];
      in_text = c != '"';
      continue;
    }
    in_text = c == '"';
    std::size_t length = 0;
    for (const char* word : {"NaN", "-Infinity", "Infinity"}) {
      if (length == 0 && text.compare(i, std::char_traits<char>::length(word), word) == 0) {
        length = std::char_traits<char>::length(word);
      }
    }
    if (length == 0) {
      result += c;
    } else {
      result += "null";
      i += length - 1;
    }
  }
  return result;
}

struct State {
  fs::path file;
  OrderedJson object;
  std::int64_t step = 0;
};

State read_state(const fs::path& file) {
  const std::string text =
      files::read_checkpoint_text(file, "it is written by the Trainer beside each checkpoint", kLogLimit);
  State state{file, files::parse_checked(without_python_numbers(text), file.string()), 0};
  ProblemList problems;
  if (!state.object.is_object()) {
    problems.add(file.string(), files::described(state.object), "a JSON object");
  } else {
    state.step = FieldReader(state.object, file.string(), problems).integer("global_step", 0, kMaxStep);
  }
  problems.throw_if_any("cannot read the state of a Trainer");
  return state;
}

TrainerLogRow read_row(const OrderedJson& json, const std::string& where, ProblemList& problems) {
  TrainerLogRow row;
  if (!json.is_object()) {
    problems.add(where, files::described(json), "an object with \"step\" and logged values");
    return row;
  }
  FieldReader fields(json, where, problems);
  row.step = fields.integer("step", 0, kMaxStep);
  row.epoch = fields.number("epoch", 0, 1e9, 0);
  for (const auto& [name, value] : json.items()) {
    if (name == "step" || name == "epoch") continue;
    if (value.is_number()) row.values[name] = value.get<double>();
    if (value.is_null()) row.values[name] = std::numeric_limits<double>::quiet_NaN();
  }
  return row;
}

void read_log(const State& state, TrainerFolder& result) {
  ProblemList problems;
  const std::string where = state.file.string();
  FieldReader fields(state.object, where, problems);
  result.global_step = state.step;
  result.max_steps = fields.integer("max_steps", 0, kMaxStep, 0);
  result.epochs = fields.number("num_train_epochs", 0, 1e9, 0);
  result.batch_size = fields.integer("train_batch_size", 0, 1 << 30, 0);
  const OrderedJson* log = fields.find("log_history");
  if (log == nullptr || !log->is_array()) {
    problems.add(where + ": log_history", log == nullptr ? "nothing" : files::described(*log), "a list of logged rows");
  } else {
    for (std::size_t i = 0; i < log->size(); ++i) {
      result.log.push_back(read_row((*log)[i], where + ": log_history[" + std::to_string(i) + "]", problems));
    }
  }
  if (const OrderedJson* best = fields.find("best_metric"); best != nullptr && best->is_number()) {
    result.best_metric = best->get<double>();
    for (const TrainerLogRow& row : result.log) {
      for (const auto& [name, value] : row.values) {
        if (name.rfind("eval_", 0) == 0 && value == result.best_metric) result.best_metric_name = name.substr(5);
      }
    }
  }
  problems.throw_if_any("cannot read the log of a Trainer");
}

/// N of "checkpoint-N".
std::optional<std::int64_t> checkpoint_step(const fs::path& folder) {
  const std::string name = folder.filename().string(), prefix = "checkpoint-";
  if (name.rfind(prefix, 0) != 0) return std::nullopt;
  std::int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto [stop, problem] = std::from_chars(name.data() + prefix.size(), end, step);
  if (problem != std::errc() || stop != end || step < 0) return std::nullopt;
  return step;
}

bool has_weights(const fs::path& folder) {
  for (const char* name : {"model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors"}) {
    if (fs::exists(folder / name)) return true;
  }
  return false;
}

/// "- learning_rate: 5e-05" of a model card's list of hyperparameters.
std::map<std::string, std::string> read_card(const fs::path& file) {
  std::map<std::string, std::string> card;
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return card;
  const std::string text = read_file(file, kCardLimit);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t colon = line.find(": ");
    if (line.rfind("- ", 0) == 0 && colon != std::string::npos) {
      card.emplace(line.substr(2, colon - 2), line.substr(colon + 2));
    }
    begin = end + 1;
  }
  return card;
}

}  // namespace

TrainerFolder read_trainer_folder(const fs::path& folder) {
  TrainerFolder result;
  result.folder = fs::weakly_canonical(folder);
  std::vector<fs::path> candidates = {folder};
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
    if (entry->is_directory() && checkpoint_step(entry->path())) candidates.push_back(entry->path());
  }
  if (problem) {
    throw DataError("cannot import a Trainer's output",
                    Problem{folder.string(), problem.message(), "the output folder of a Hugging Face Trainer", ""});
  }
  std::optional<State> newest;
  for (const fs::path& candidate : candidates) {
    std::optional<std::int64_t> step = checkpoint_step(candidate);
    if (fs::exists(candidate / "trainer_state.json")) {
      State state = read_state(candidate / "trainer_state.json");
      if (!step) step = state.step;
      if (!newest || state.step >= newest->step) newest = std::move(state);
    }
    const bool is_checkpoint = candidate != folder || candidates.size() == 1;
    if (is_checkpoint && step && has_weights(candidate)) {
      result.checkpoints.push_back({candidate, *step, fs::exists(candidate / "adapter_config.json")});
    }
  }
  if (!newest) {
    throw DataError("cannot import a Trainer's output",
                    Problem{folder.string(), "no trainer_state.json, neither here nor in a checkpoint-N folder",
                            "the output folder of a Hugging Face Trainer",
                            "give the output_dir of the training, or one of its checkpoint folders"});
  }
  std::sort(result.checkpoints.begin(), result.checkpoints.end(),
            [](const TrainerCheckpoint& a, const TrainerCheckpoint& b) { return a.step < b.step; });
  read_log(*newest, result);
  result.card = read_card(folder / "README.md");
  return result;
}

std::string series_of_logged(const std::string& name) {
  if (name == "loss") return "train/loss";
  if (name == "learning_rate") return "train/lr";
  if (name == "grad_norm") return "train/grad_norm";
  if (name.rfind("eval_", 0) == 0) return "eval/" + name.substr(5);
  return "trainer/" + name;
}

}  // namespace lorascope::app
