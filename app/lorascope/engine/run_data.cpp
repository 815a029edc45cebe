#include "app/lorascope/engine/run_data.h"

#include <algorithm>

#include "core/files/model_folder.h"
#include "core/train/choice_evaluator.h"
#include "core/train/span_evaluator.h"
#include "core/train/token_evaluator.h"

namespace lorascope::app::engine {
namespace {

void add_remarks(const data::SpanFeatures& encoded, Split& split) {
  if (encoded.problems.empty()) return;
  split.remarks.push_back(split.name + ": " + std::to_string(encoded.problems.size()) +
                          " questions leave no room for their context and are left out; the first: " +
                          encoded.problems.front().to_text());
}

void load_questions(Split& split, const Encoding& encoding) {
  data::SquadData data = data::read_squad(split.file);
  split.questions = std::move(data.questions);
  const bool version_2 = encoding.settings.squad.version_2;
  if (data.is_v2 && !version_2 && split.name != "train") {
    split.remarks.push_back(split.name + ": some questions have no answer, but squad.version_2 is off: each gets one");
  }
  data::SpanFeatureOptions options;
  options.max_length = encoding.max_length;
  options.stride = encoding.settings.squad.stride;
  if (options.stride > encoding.max_length - 2 && encoding.settings.training.max_length == 0) {
    // The model is shorter than the task's usual length, which the usual overlap belongs to.
    options.stride = encoding.max_length / 3;
    split.remarks.push_back(split.name + ": the model's " + std::to_string(encoding.max_length) +
                            " positions leave room for an overlap of " + std::to_string(options.stride) + ", not " +
                            std::to_string(encoding.settings.squad.stride));
  }
  options.for_training = true;
  data::SpanFeatures labelled = data::make_span_features(split.questions, encoding.tokenizer, options);
  add_remarks(labelled, split);
  const bool has_answers = std::any_of(split.questions.begin(), split.questions.end(),
                                       [](const data::SquadQuestion& question) { return !question.answers.empty(); });
  if (split.name == "train") {
    split.features = std::move(labelled.features);
    return;
  }
  options.for_training = false;
  split.features = data::make_span_features(split.questions, encoding.tokenizer, options).features;
  if (!has_answers) return;
  // The same windows in the same order: an evaluation loss needs their labels.
  for (std::size_t i = 0; i < split.features.size(); ++i) {
    split.features[i].start_position = labelled.features.at(i).start_position;
    split.features[i].end_position = labelled.features[i].end_position;
  }
}

void require_labels(const Split& split) {
  std::vector<Problem> problems;
  for (const data::SwagRow& row : split.rows) {
    if (row.label >= 0 || problems.size() > 20) continue;
    problems.push_back({split.file.string() + ":" + std::to_string(row.line), "no label", "the right ending, 0 to 3",
                        "rows to train on need one"});
  }
  if (!problems.empty()) throw DataError("cannot train on " + split.file.string(), problems);
}

train::EvaluationOptions evaluation_options(const Split& split, const study::RunSettings& settings) {
  train::EvaluationOptions options;
  options.split = split.full_name();
  options.batch_size = settings.training.eval_batch_size;
  options.by_length = !settings.training.compatible_path && !settings.has_padded_span_loss();
  options.zero_segment_ids = settings.has_zero_segment_ids();
  options.adapters = split.adapters;
  return options;
}

}  // namespace

data::LabelSet labels_of(const files::ModelFolder& model, const std::string& task) {
  if (task != "wnut17") return {};
  const auto head = model.tensors.find("classifier.weight");
  const std::vector<std::string>& names = model.config.labels;
  const bool has_head = head != model.tensors.end() && !names.empty();
  return has_head ? data::LabelSet(names) : data::LabelSet::wnut17();
}

std::int64_t num_labels_of(const data::LabelSet& labels, const std::string& task) {
  return task == "squad" ? 2 : task == "swag" ? 1 : labels.size();
}

int max_length_for(const files::ModelFolder& model, const study::RunSettings& settings) {
  const auto longest = static_cast<int>(model.config.max_positions);
  const int length = settings.length_limit(longest);
  if (length > longest) {
    throw UsageError("max_length: found " + std::to_string(length) + ", expected at most " + std::to_string(longest) +
                         ", the positions that the model in " + model.folder.string() + " has",
                     "choose a smaller --max-length");
  }
  return length;
}

Split load_split(const std::string& name, const std::filesystem::path& file, const Encoding& encoding) {
  Split split;
  split.name = name;
  split.file = file;
  if (encoding.settings.task == "squad") {
    load_questions(split, encoding);
  } else if (encoding.settings.task == "swag") {
    split.rows = data::read_swag(file);
    split.features = data::make_choice_features(split.rows, encoding.tokenizer, encoding.max_length);
    if (name == "train") require_labels(split);
  } else {
    split.sentences = data::read_tagged_sentences(file);
    split.features =
        data::make_token_features(split.sentences, encoding.tokenizer, encoding.labels, encoding.max_length);
  }
  return split;
}

std::unique_ptr<train::Evaluator> make_evaluator(const Split& split, const study::RunSettings& settings,
                                                 const data::LabelSet& labels) {
  const train::EvaluationOptions options = evaluation_options(split, settings);
  if (settings.task == "squad") {
    const study::SquadSettings& squad = settings.squad;
    return std::make_unique<train::SpanEvaluator>(
        split.questions, split.features,
        metrics::SpanAnswerOptions{squad.n_best, squad.max_answer_length, squad.version_2, squad.null_threshold},
        options);
  }
  if (settings.task == "swag") return std::make_unique<train::ChoiceEvaluator>(split.features, options);
  return std::make_unique<train::TokenEvaluator>(split.sentences, split.features, labels, options,
                                                 settings.zero_division);
}

}  // namespace lorascope::app::engine
