#include "core/study/settings_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>

#include "core/base/error.h"

namespace lorascope::study {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Range {
  double low = -kInfinity;
  double high = kInfinity;
  bool low_included = true;
  bool high_included = true;

  bool contains(double value) const {
    if (!std::isfinite(value)) return false;
    if (low_included ? value < low : value <= low) return false;
    return high_included ? value <= high : value < high;
  }
};

template <class Access>
SettingsField number(std::string key, std::string allowed, Range range, Access access, std::string label = {}) {
  return {std::move(key), std::move(allowed), std::move(label),
          [access](const RunSettings& settings) { return Json(access(settings)); },
          [access, range](RunSettings& settings, const Json& value) {
            if (!value.is_number() || !range.contains(value.get<double>())) return false;
            access(settings) = value.get<double>();
            return true;
          }};
}

template <class Access>
SettingsField integer(std::string key, std::string allowed, Range range, Access access, std::string label = {}) {
  return {std::move(key), std::move(allowed), std::move(label),
          [access](const RunSettings& settings) { return Json(access(settings)); },
          [access, range](RunSettings& settings, const Json& value) {
            if (!value.is_number_integer() || !range.contains(value.get<double>())) return false;
            access(settings) = value.get<std::decay_t<decltype(access(settings))>>();
            return true;
          }};
}

template <class Access>
SettingsField boolean(std::string key, Access access) {
  return {std::move(key),
          "true or false",
          {},
          [access](const RunSettings& settings) { return Json(access(settings)); },
          [access](RunSettings& settings, const Json& value) {
            if (!value.is_boolean()) return false;
            access(settings) = value.get<bool>();
            return true;
          }};
}

template <class Access>
SettingsField any_text(std::string key, std::string allowed, Access access) {
  return {std::move(key),
          std::move(allowed),
          {},
          [access](const RunSettings& settings) { return Json(access(settings)); },
          [access](RunSettings& settings, const Json& value) {
            if (!value.is_string()) return false;
            access(settings) = value.get<std::string>();
            return true;
          }};
}

std::string quoted_choices(const std::vector<std::string>& choices) {
  std::string result;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) result += i + 1 == choices.size() ? " or " : ", ";
    result += '"' + choices[i] + '"';
  }
  return result;
}

template <class Access>
SettingsField choice(std::string key, std::vector<std::string> choices, Access access, std::string label = {}) {
  SettingsField field = any_text(std::move(key), quoted_choices(choices), access);
  field.label = std::move(label);
  const auto set_any = field.set;
  field.set = [choices = std::move(choices), set_any](RunSettings& settings, const Json& value) {
    if (!value.is_string()) return false;
    const bool known = std::find(choices.begin(), choices.end(), value.get<std::string>()) != choices.end();
    return known && set_any(settings, value);
  };
  return field;
}

/// Stored runs may also be of a foreign task, which RunSettings::problems() keeps from being trained, or of several.
template <class Access>
SettingsField task_field(Access access) {
  SettingsField field = choice("task", known_tasks(), access);
  const auto set_known = field.set;
  field.set = [set_known](RunSettings& settings, const Json& value) {
    if (value != kForeignTask && value != kSeveralTasks) return set_known(settings, value);
    settings.task = value.get<std::string>();
    return true;
  };
  return field;
}

SettingsField method_field() {
  return {"method",
          quoted_choices(known_methods()),
          {},
          [](const RunSettings& settings) { return Json(text(settings.method)); },
          [](RunSettings& settings, const Json& value) {
            const std::vector<std::string>& names = known_methods();
            if (std::find(names.begin(), names.end(), value) == names.end()) return false;
            settings.method = method_from(value.get<std::string>());
            return true;
          }};
}

SettingsField batching_field() {
  return {"training.batching",
          R"("plain" or "grouped")",
          {},
          [](const RunSettings& settings) { return Json(text(settings.training.batching)); },
          [](RunSettings& settings, const Json& value) {
            if (value != "plain" && value != "grouped") return false;
            settings.training.batching = batching_from(value.get<std::string>());
            return true;
          }};
}

/// A list of texts, none of them empty; `may_be_empty`: the list may have none.
template <class Access>
SettingsField text_list(std::string key, std::string allowed, bool may_be_empty, Access access) {
  return {std::move(key), std::move(allowed), {},
          [access](const RunSettings& settings) { return Json(access(settings)); },
          [access, may_be_empty](RunSettings& settings, const Json& value) {
            if (!value.is_array() || (value.empty() && !may_be_empty)) return false;
            for (const Json& name : value) {
              if (!name.is_string() || name.get<std::string>().empty()) return false;
            }
            access(settings) = value.get<std::vector<std::string>>();
            return true;
          }};
}

/// A list of texts that may be empty.
SettingsField file_list(std::string key, std::vector<std::string> SeveralTasks::*member) {
  return {std::move(key), "a list of files, one a task", {},
          [member](const RunSettings& settings) { return Json(settings.several.*member); },
          [member](RunSettings& settings, const Json& value) {
            if (!value.is_array()) return false;
            for (const Json& file : value) {
              if (!file.is_string()) return false;
            }
            settings.several.*member = value.get<std::vector<std::string>>();
            return true;
          }};
}

SettingsField weights_field() {
  return {"mix.weights", "a list of numbers, one an adapter (empty: all alike)", "weights",
          [](const RunSettings& settings) { return Json(settings.mix.weights); },
          [](RunSettings& settings, const Json& value) {
            if (!value.is_array()) return false;
            for (const Json& weight : value) {
              if (!weight.is_number() || !std::isfinite(weight.get<double>())) return false;
            }
            settings.mix.weights = value.get<std::vector<double>>();
            return true;
          }};
}

SettingsField initialisation_field() {
  SettingsField field = any_text("lora.init",
                                 R"("default", "gaussian", "orthogonal", "pissa", "pissa_niter_N" or "olora")",
                                 [](auto& settings) -> auto& { return settings.lora.init; });
  const auto set_any = field.set;
  field.set = [set_any](RunSettings& settings, const Json& value) {
    if (!value.is_string()) return false;
    const std::string name = value.get<std::string>();
    const std::string iterations = "pissa_niter_";
    const bool counts = name.rfind(iterations, 0) == 0 && name.size() > iterations.size() &&
                        name.find_first_not_of("0123456789", iterations.size()) == std::string::npos;
    static const std::vector<std::string> known = {"default", "gaussian", "orthogonal", "pissa", "olora"};
    return (counts || std::find(known.begin(), known.end(), name) != known.end()) && set_any(settings, value);
  };
  return field;
}

SettingsField layers_field() {
  return {"lora.layers", "a list of layer numbers from 0 (empty: all), [10, 11]", "layers",
          [](const RunSettings& settings) { return Json(settings.lora.layers); },
          [](RunSettings& settings, const Json& value) {
            if (!value.is_array()) return false;
            for (const Json& layer : value) {
              if (!layer.is_number_integer() || layer.get<std::int64_t>() < 0) return false;
            }
            settings.lora.layers = value.get<std::vector<std::int64_t>>();
            return true;
          }};
}

/// "PATTERN=NUMBER": a pattern, and a number above 0 (`whole`: without fraction) behind the last "=".
bool is_pattern_entry(const Json& entry, bool whole) {
  if (!entry.is_string()) return false;
  const std::string text = entry.get<std::string>();
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return false;
  char* end = nullptr;
  const double number = std::strtod(text.c_str() + equals + 1, &end);
  if (*end != '\0' || !std::isfinite(number) || number <= 0) return false;
  return !whole || number == std::floor(number);
}

SettingsField pattern_field(std::string key, std::string example, std::vector<std::string> LoraSettings::*member,
                            bool whole) {
  return {std::move(key), "a list of \"PATTERN=NUMBER\", [\"" + example + "\"]", {},
          [member](const RunSettings& settings) { return Json(settings.lora.*member); },
          [member, whole](RunSettings& settings, const Json& value) {
            if (!value.is_array()) return false;
            for (const Json& entry : value) {
              if (!is_pattern_entry(entry, whole)) return false;
            }
            settings.lora.*member = value.get<std::vector<std::string>>();
            return true;
          }};
}

/// Dropout of the model itself: a number, or null for what the model's configuration says.
SettingsField model_dropout_field() {
  return {"training.dropout", "a number in [0, 1)", "dropout",
          [](const RunSettings& settings) {
            return settings.training.dropout ? Json(*settings.training.dropout) : Json(nullptr);
          },
          [](RunSettings& settings, const Json& value) {
            if (value.is_null()) {
              settings.training.dropout.reset();
              return true;
            }
            if (!value.is_number() || !Range{0, 1, true, false}.contains(value.get<double>())) return false;
            settings.training.dropout = value.get<double>();
            return true;
          }};
}

constexpr Range kCount{1, 1e9};
constexpr Range kCountOrZero{0, 1e12};
constexpr Range kShare{0, 1, true, false};

#define LORASCOPE_ACCESS(member) \
  [](auto& settings) -> auto& {  \
    return settings.member;      \
  }

std::vector<SettingsField> general_fields() {
  return {
      any_text("name", "a text", LORASCOPE_ACCESS(name)),
      any_text("group", "a text", LORASCOPE_ACCESS(group)),
      task_field(LORASCOPE_ACCESS(task)),
      any_text("model", R"("default", a model's name, or a model folder)", LORASCOPE_ACCESS(model)),
      any_text("data.train", "a file", LORASCOPE_ACCESS(train_file)),
      any_text("data.eval", "a file", LORASCOPE_ACCESS(eval_file)),
      any_text("data.test", "a file", LORASCOPE_ACCESS(test_file)),
      method_field(),
      any_text("adapter", "an adapter folder", LORASCOPE_ACCESS(adapter)),
      integer("lora.rank", "a whole number from 1", kCount, LORASCOPE_ACCESS(lora.rank), "r"),
      number("lora.alpha", "a number above 0", {0, kInfinity, false}, LORASCOPE_ACCESS(lora.alpha), "alpha"),
      number("lora.dropout", "a number in [0, 1)", kShare, LORASCOPE_ACCESS(lora.dropout), "LoRA dropout"),
      text_list("lora.targets", R"(a list of module names, ["query", "value"])", false, LORASCOPE_ACCESS(lora.targets)),
      any_text("lora.target_pattern", "a regular expression", LORASCOPE_ACCESS(lora.target_pattern)),
      boolean("lora.use_rslora", LORASCOPE_ACCESS(lora.use_rslora)),
      boolean("lora.use_dora", LORASCOPE_ACCESS(lora.use_dora)),
      initialisation_field(),
      choice("lora.bias", {"none", "all", "lora_only"}, LORASCOPE_ACCESS(lora.bias)),
      layers_field(),
      pattern_field("lora.rank_pattern", "query=4", &LoraSettings::rank_pattern, true),
      pattern_field("lora.alpha_pattern", "query=8", &LoraSettings::alpha_pattern, false),
      integer("squad.stride", "a whole number from 0", {0, 1e6}, LORASCOPE_ACCESS(squad.stride)),
      integer("squad.n_best", "a whole number from 1", {1, 1e4}, LORASCOPE_ACCESS(squad.n_best)),
      integer("squad.max_answer_length", "a whole number from 1", {1, 1e6}, LORASCOPE_ACCESS(squad.max_answer_length)),
      boolean("squad.version_2", LORASCOPE_ACCESS(squad.version_2)),
      number("squad.null_threshold", "a number", {}, LORASCOPE_ACCESS(squad.null_threshold)),
      choice("squad.segment_ids", {"true", "zero"}, LORASCOPE_ACCESS(squad.segment_ids)),
      choice("squad.span_loss", {"auto", "real", "padded"}, LORASCOPE_ACCESS(squad.span_loss)),
      boolean("swag.train_head", LORASCOPE_ACCESS(swag.train_head)),
      integer("metrics.zero_division", "0 or 1", {0, 1}, LORASCOPE_ACCESS(zero_division)),
      integer("threads", "a whole number from 0 (all cores)", {0, 4096}, LORASCOPE_ACCESS(threads)),
      choice("device", {"auto", "cpu", "cuda"}, LORASCOPE_ACCESS(device)),
      any_text("export_folder", "a folder", LORASCOPE_ACCESS(export_folder)),
  };
}

std::vector<SettingsField> mixture_fields() {
  const std::string count = "a whole number from 1";
  return {
      text_list("xlora.adapters", R"(a list of adapter folders, ["runs/a", "runs/b"])", true,
                LORASCOPE_ACCESS(xlora.adapters)),
      choice("xlora.mode", {"xlora", "peft", "ours"}, LORASCOPE_ACCESS(xlora.mode)),
      integer("xlora.depth", count, {1, 64}, LORASCOPE_ACCESS(xlora.depth), "gate depth"),
      integer("xlora.size", count, {1, 1e6}, LORASCOPE_ACCESS(xlora.size), "gate width"),
      number("xlora.dropout", "a number in [0, 1)", kShare, LORASCOPE_ACCESS(xlora.dropout), "gate dropout"),
      boolean("xlora.layerwise", LORASCOPE_ACCESS(xlora.layerwise)),
      boolean("xlora.softmax", LORASCOPE_ACCESS(xlora.softmax)),
      number("xlora.temperature", "a number above 0", {0, kInfinity, false}, LORASCOPE_ACCESS(xlora.temperature)),
      integer("xlora.top_k", "a whole number from 0 (all)", {0, 1e6}, LORASCOPE_ACCESS(xlora.top_k)),
      number("xlora.scaling_pass_value", "a number", {}, LORASCOPE_ACCESS(xlora.scaling_pass_value)),
      number("xlora.balance_weight", "a number from 0", {0}, LORASCOPE_ACCESS(xlora.balance_weight)),
      number("xlora.entropy_weight", "a number", {}, LORASCOPE_ACCESS(xlora.entropy_weight)),
      number("xlora.task_weight", "a number from 0", {0}, LORASCOPE_ACCESS(xlora.task_weight)),
      integer("xlora.cache_mib", "a whole number from 0 (none is kept)", {0, 1e6}, LORASCOPE_ACCESS(xlora.cache_mib)),
      boolean("xlora.train_adapters", LORASCOPE_ACCESS(xlora.train_adapters)),
      boolean("xlora.train_head", LORASCOPE_ACCESS(xlora.train_head)),
      weights_field(),
      choice("mix.sum", {"factors", "delta"}, LORASCOPE_ACCESS(mix.sum)),
      integer("mix.examples", count, kCount, LORASCOPE_ACCESS(mix.examples)),
      integer("mix.budget", count, kCount, LORASCOPE_ACCESS(mix.budget)),
      number("mix.penalty", "a number from 0", {0}, LORASCOPE_ACCESS(mix.penalty)),
      integer("mix.top_k", "a whole number from 0 (the method's own)", {0, 1e6}, LORASCOPE_ACCESS(mix.top_k)),
      number("mix.temperature", "a number above 0", {0, kInfinity, false}, LORASCOPE_ACCESS(mix.temperature)),
      number("mix.gate_loss_weight", "a number from 0", {0}, LORASCOPE_ACCESS(mix.gate_loss_weight)),
      boolean("mix.train_head", LORASCOPE_ACCESS(mix.train_head)),
      text_list("several.tasks", "a list of tasks", true, LORASCOPE_ACCESS(several.tasks)),
      file_list("several.train", &SeveralTasks::train),
      file_list("several.eval", &SeveralTasks::eval),
      file_list("several.test", &SeveralTasks::test),
      choice("several.draw", {"proportional", "uniform", "temperature"}, LORASCOPE_ACCESS(several.draw), "draw"),
      number("several.temperature", "a number above 0", {0, kInfinity, false}, LORASCOPE_ACCESS(several.temperature)),
  };
}

std::vector<SettingsField> training_fields() {
  const std::string count = "a whole number from 1";
  const std::string count_or_zero = "a whole number from 0";
  return {
      number("training.learning_rate", "a number above 0", {0, 1e6, false}, LORASCOPE_ACCESS(training.learning_rate),
             "lr"),
      number("training.epochs", "a number above 0", {0, 1e6, false}, LORASCOPE_ACCESS(training.epochs)),
      integer("training.max_steps", count_or_zero + " (go by epochs)", kCountOrZero,
              LORASCOPE_ACCESS(training.max_steps), "steps"),
      integer("training.batch_size", count, kCount, LORASCOPE_ACCESS(training.batch_size), "batch"),
      integer("training.eval_batch_size", count, kCount, LORASCOPE_ACCESS(training.eval_batch_size)),
      integer("training.accumulate", count, kCount, LORASCOPE_ACCESS(training.accumulate)),
      choice("training.accumulate_by", {"batches", "tokens"}, LORASCOPE_ACCESS(training.accumulate_by)),
      number("training.head_learning_rate", "a number from 0 (the learning rate)", {0, 1e6},
             LORASCOPE_ACCESS(training.head_learning_rate), "head lr"),
      number("training.warmup_ratio", "a number in [0, 1)", kShare, LORASCOPE_ACCESS(training.warmup_ratio), "warm-up"),
      number("training.weight_decay", "a number from 0", {0}, LORASCOPE_ACCESS(training.weight_decay), "decay"),
      number("training.max_grad_norm", "a number from 0 (no clipping)", {0}, LORASCOPE_ACCESS(training.max_grad_norm),
             "clip"),
      number("training.loraplus_ratio", "a number from 0 (one rate for all)", {0},
             LORASCOPE_ACCESS(training.loraplus_ratio), "LoRA+ ratio"),
      integer("training.seed", "a whole number from 0 to 2^32 - 1", {0, 4294967295.0}, LORASCOPE_ACCESS(training.seed)),
      model_dropout_field(),
      batching_field(),
      boolean("training.compatible_path", LORASCOPE_ACCESS(training.compatible_path)),
      boolean("training.activation_checkpointing", LORASCOPE_ACCESS(training.activation_checkpointing)),
      choice("training.precision", {"fp32", "bf16"}, LORASCOPE_ACCESS(training.precision)),
      integer("training.max_length", count_or_zero + " (the task's usual length)", {0, 1e6},
              LORASCOPE_ACCESS(training.max_length)),
      integer("training.evaluate_every_steps", count_or_zero + " (every epoch)", {0, 1e9},
              LORASCOPE_ACCESS(training.evaluate_every_steps)),
      integer("training.checkpoint_every_steps", count_or_zero + " (with every evaluation)", {0, 1e9},
              LORASCOPE_ACCESS(training.checkpoint_every_steps)),
      integer("training.spectra_every_steps", count_or_zero + " (at evaluations only)", {0, 1e9},
              LORASCOPE_ACCESS(training.spectra_every_steps)),
      integer("training.early_stopping_patience", count_or_zero + " (never stop early)", {0, 1e9},
              LORASCOPE_ACCESS(training.early_stopping_patience), "patience"),
      any_text("training.select_by", R"(a metric: "loss", "f1", …)", LORASCOPE_ACCESS(training.select_by)),
      boolean("training.keep_best", LORASCOPE_ACCESS(training.keep_best)),
      choice("training.evaluate_on", {"eval", "test"}, LORASCOPE_ACCESS(training.evaluate_on)),
  };
}

#undef LORASCOPE_ACCESS

std::vector<SettingsField> all_fields() {
  std::vector<SettingsField> fields = general_fields();
  for (std::vector<SettingsField> more : {mixture_fields(), training_fields()}) {
    const auto place = std::find_if(fields.begin(), fields.end(),
                                    [](const SettingsField& field) { return field.key == "metrics.zero_division"; });
    fields.insert(place, std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  for (SettingsField& field : fields) {
    if (field.label.empty()) field.label = field.key.substr(field.key.rfind('.') + 1);
    std::replace(field.label.begin(), field.label.end(), '_', ' ');
  }
  return fields;
}

/// "1e-05" -> "1e-5", "1e+30" -> "1e30".
std::string short_exponent(std::string text) {
  const std::size_t exponent = text.find('e');
  if (exponent == std::string::npos) return text;
  std::size_t digit = exponent + 2;
  while (digit + 1 < text.size() && text[digit] == '0') text.erase(digit, 1);
  if (text[exponent + 1] == '+') text.erase(exponent + 1, 1);
  return text;
}

/// The shortest text that reads back as the same number: 20, 0.01, 1e-3.
std::string number_text(double value) {
  std::string shortest;
  for (const char* format : {"%.*f", "%.*e"}) {
    for (int digits = 0; digits <= 17; ++digits) {
      char buffer[400];
      std::snprintf(buffer, sizeof buffer, format, digits, value);
      if (std::strtod(buffer, nullptr) != value) continue;
      const std::string text = short_exponent(buffer);
      if (shortest.empty() || text.size() < shortest.size()) shortest = text;
      break;
    }
  }
  return shortest;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

bool SettingsField::concerns(const RunSettings& settings) const {
  using Methods = std::initializer_list<Method>;
  const auto starts = [this](const char* prefix) { return key.rfind(prefix, 0) == 0; };
  const auto is_one_of = [&](Methods methods) {
    return std::find(methods.begin(), methods.end(), settings.method) != methods.end();
  };
  const auto has_task = [&](const char* task) {
    const std::vector<std::string> tasks = settings.task_names();
    return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
  };
  if (starts("lora.")) return settings.method == Method::Lora;
  if (key == "xlora.adapters") return mixes_adapters(settings.method);
  if (starts("xlora.")) return settings.method == Method::Xlora;
  if (key == "mix.weights") return settings.method == Method::Merge;
  if (key == "mix.top_k") return is_one_of({Method::Meteora, Method::Arrow});
  if (key == "mix.temperature") return settings.method == Method::Arrow;
  if (key == "mix.gate_loss_weight" || key == "mix.train_head") return settings.method == Method::Meteora;
  if (starts("mix.")) return settings.method == Method::Lorahub;
  if (starts("several.")) return settings.has_several_tasks();
  if (starts("squad.")) return has_task("squad");
  if (starts("swag.")) return settings.task == "swag" && settings.method == Method::Lora;
  return true;
}

const std::vector<SettingsField>& settings_fields() {
  static const std::vector<SettingsField> fields = all_fields();
  return fields;
}

const SettingsField* find_field(std::string_view key) {
  for (const SettingsField& field : settings_fields()) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "as the model says";
  if (value.is_number_float()) return number_text(value.get<double>());
  if (!value.is_array()) return value.dump();
  std::string result;
  for (const Json& element : value) result += (result.empty() ? "" : ", ") + value_text(element);
  return result;
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  static const std::map<std::string, std::string, std::less<>> other_words = {
      {"lr", "learning_rate"},
      {"num_train_epochs", "epochs"},
      {"num_epochs", "epochs"},
      {"gradient_accumulation_steps", "accumulate"},
      {"target_modules", "targets"},
      {"lora_alpha", "alpha"},
      {"r", "rank"},
      {"lora_dropout", "dropout"},
      {"validation", "eval"},
      {"dev", "eval"},
      {"per_device_train_batch_size", "batch_size"},
      {"patience", "early_stopping_patience"}};
  if (const auto other = other_words.find(name); other != other_words.end()) {
    if (std::find(known.begin(), known.end(), other->second) != known.end()) return other->second;
  }
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<SettingsDifference> difference(const RunSettings& first, const RunSettings& second) {
  std::vector<SettingsDifference> result;
  for (const SettingsField& field : settings_fields()) {
    const bool used_first = field.concerns(first);
    const bool used_second = field.concerns(second);
    if (!used_first && !used_second) continue;
    const std::string a = used_first ? value_text(field.get(first)) : "";
    const std::string b = used_second ? value_text(field.get(second)) : "";
    if (a != b) result.push_back({field.key, a, b});
  }
  return result;
}

std::vector<std::string> changed_keys(const RunSettings& settings) {
  static const RunSettings defaults;
  std::vector<std::string> result;
  for (const SettingsField& field : settings_fields()) {
    if (field.get(settings) != field.get(defaults)) result.push_back(field.key);
  }
  return result;
}

}  // namespace lorascope::study
