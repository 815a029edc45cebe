#include "app/lorascope/derive/score_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>

#include "app/lorascope/derive/tuned_run.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_data.h"
#include "core/analysis/base_task.h"
#include "core/base/error.h"
#include "core/tasks/batch.h"
#include "core/tasks/task_model.h"

namespace lorascope::app {
namespace {

constexpr std::size_t kBatchRows = 32;  ///< a multiple of the choices of an example

/// Keeps the first `count` examples.
void shorten(engine::Split& split, std::int64_t count) {
  const auto cut = [count](auto& examples) {
    if (examples.size() > static_cast<std::size_t>(count)) examples.resize(static_cast<std::size_t>(count));
  };
  cut(split.sentences);
  cut(split.questions);
  cut(split.rows);
  std::erase_if(split.features, [count](const data::Feature& feature) { return feature.example >= count; });
}

}  // namespace

class WeightScores::Parts {
 public:
  Parts(const TunedRun& run, std::int64_t rows)
      : settings_(run.settings), base_{run.base.folder, run.base.config, {}, {}} {
    if (settings_.eval_file.empty())
      throw UsageError("run " + std::to_string(run.record.id) + " names no evaluation data",
                       "scores need it: choose a run with eval_file");
    const text::Tokenizer tokenizer = text::Tokenizer::from_folder(run.base.folder);
    labels_ = engine::labels_of(run.base, settings_.task);
    split_ = engine::load_split("eval", settings_.eval_file,
                                {settings_, tokenizer, labels_, engine::max_length_for(run.base, settings_)});
    if (rows > 0) shorten(split_, rows);
    evaluator_ = engine::make_evaluator(split_, settings_, labels_);
    mask_id_ = tokenizer.find("[MASK]").value_or(-1);
    if (mask_id_ >= 0) head_ = analysis::read_masked_word_head(run.base);
    base_weights_ = run.after;  // with the run's head and pooler, which a base may lack
    for (const auto& [name, tensor] : run.base.tensors) {
      if (name.find("classifier") == std::string::npos && name.find("qa_outputs") == std::string::npos)
        base_weights_[name] = tensor;
    }
    if (!head_) own_texts_ = embeddings(base_weights_);
  }

  std::unique_ptr<tasks::TaskModel> model(const files::TensorMap& weights) const {
    files::ModelFolder folder = base_;
    folder.tensors = weights;
    return engine::make_frozen_model(settings_, folder, {}, engine::num_labels_of(labels_, settings_.task));
  }

  /// Calls with every batch, the number of its first row and the states of the last layer.
  template <class Change, class Use>
  void run_batches(tasks::TaskModel& model, const Change& change, const Use& use) const {
    const std::vector<data::Feature>& all = split_.features;
    for (std::size_t begin = 0; begin < all.size(); begin += kBatchRows) {
      const std::size_t end = std::min(all.size(), begin + kBatchRows);
      std::vector<data::Feature> rows(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                      all.begin() + static_cast<std::ptrdiff_t>(end));
      for (std::size_t row = 0; row < rows.size(); ++row) change(begin + row, rows[row]);
      std::vector<const data::Feature*> pointers;
      for (const data::Feature& row : rows) pointers.push_back(&row);
      const tasks::Batch batch = tasks::make_batch(model.kind(), pointers, {settings_.has_zero_segment_ids()});
      use(begin, batch, model.evaluate(batch, {.merged = true, .hidden_states = true}).hidden_states.back().cpu());
    }
  }

  /// Mean states of all texts under the weights.
  at::Tensor embeddings(const files::TensorMap& weights) const {
    std::vector<at::Tensor> rows;
    run_batches(
        *model(weights), [](std::size_t, data::Feature&) {},
        [&](std::size_t, const tasks::Batch& batch, const at::Tensor& hidden) {
          rows.push_back(analysis::mean_states(hidden, batch.tokens.boundaries));
        });
    return rows.empty() ? at::zeros({0, base_.config.hidden_size}) : at::cat(rows);
  }

  double masked_words(const files::TensorMap& weights) const {
    double sum = 0, count = 0;
    const auto hide = [this](std::size_t row, data::Feature& feature) {
      for (const std::int64_t position : masked_of(row))
        feature.input_ids[static_cast<std::size_t>(position)] = static_cast<std::int32_t>(mask_id_);
    };
    run_batches(*model(weights), hide,
                [&](std::size_t begin, const tasks::Batch& batch, const at::Tensor& hidden) {
                  std::vector<std::int64_t> places, words;
                  for (std::size_t row = 0; row + 1 < batch.tokens.boundaries.size(); ++row) {
                    for (const std::int64_t position : masked_of(begin + row)) {
                      places.push_back(batch.tokens.boundaries[row] + position);
                      words.push_back(split_.features[begin + row].input_ids[static_cast<std::size_t>(position)]);
                    }
                  }
                  if (places.empty()) return;
                  const double loss =
                      analysis::masked_word_loss(*head_, hidden.index_select(0, at::tensor(places, at::kLong)), words);
                  sum += loss * static_cast<double>(words.size());
                  count += static_cast<double>(words.size());
                });
    return count > 0 ? sum / count : 0;
  }

  std::vector<std::int64_t> masked_of(std::size_t row) const {
    return analysis::masked_positions(static_cast<std::int64_t>(row),
                                      static_cast<std::int64_t>(split_.features[row].input_ids.size()));
  }

  study::RunSettings settings_;
  files::ModelFolder base_;  ///< without tensors
  data::LabelSet labels_;
  engine::Split split_;
  std::unique_ptr<train::Evaluator> evaluator_;
  std::int64_t mask_id_ = -1;
  std::optional<analysis::MaskedWordHead> head_;
  files::TensorMap base_weights_;
  at::Tensor own_texts_;  ///< [N,H] what the base makes of the texts, where there is no head
};

WeightScores::WeightScores(const TunedRun& run, std::int64_t rows) : parts_(std::make_unique<Parts>(run, rows)) {}

WeightScores::~WeightScores() = default;

std::optional<std::map<std::string, double>> WeightScores::task(const files::TensorMap& weights,
                                                                const std::function<bool()>& go_on) const {
  const auto evaluation = parts_->evaluator_->evaluate(
      *parts_->model(weights), [&go_on](std::int64_t, std::int64_t) { return go_on(); });
  if (!evaluation) return std::nullopt;
  return evaluation->scores;
}

double WeightScores::base_task(const files::TensorMap& weights) const {
  if (parts_->head_) return parts_->masked_words(weights);
  return analysis::own_text_loss(parts_->embeddings(weights), parts_->own_texts_);
}

double WeightScores::base_task_of_base() const { return base_task(parts_->base_weights_); }

const char* WeightScores::base_task_name() const { return parts_->head_ ? "masked words" : "own text among 32"; }

std::int64_t WeightScores::num_examples() const { return static_cast<std::int64_t>(parts_->split_.num_examples()); }

}  // namespace lorascope::app
