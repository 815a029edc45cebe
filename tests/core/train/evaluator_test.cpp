#include <ATen/ATen.h>

#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/train/choice_evaluator.h"
#include "core/train/evaluation_pass.h"
#include "core/train/span_evaluator.h"
#include "tests/support/catch.h"

using namespace lorascope;
using namespace lorascope::train;
using tasks::TaskKind;

namespace {

/// Logits and losses that are functions of a sequence's ids alone.
class FakeHead final : public tasks::TaskModel {
 public:
  explicit FakeHead(TaskKind kind) : kind_(kind) {}

  TaskKind kind() const override { return kind_; }
  tasks::Path path() const override { return tasks::Path::Packed; }
  std::int64_t num_labels() const override { return 2; }
  tasks::SpanLoss span_loss() const override { return tasks::SpanLoss::Real; }
  std::int64_t max_positions() const override { return 512; }
  const std::vector<tasks::Parameter>& trainable() const override { return parameters_; }
  tasks::ParameterCounts counts() const override { return {}; }
  void zero_gradients() override {}
  void values_changed() override {}
  double train_micro_batch(const tasks::Batch&, double, const nn::DropoutKey&) override { return 0; }
  std::vector<LowRankFactors> low_rank_factors() const override { return {}; }
  std::vector<std::pair<std::string, at::Tensor>> encoder_matrices() const override { return {}; }
  std::map<std::string, at::Tensor> export_model() const override { return {}; }
  files::AdapterFolder export_adapter() const override { throw Error("a fake has no adapter"); }

  tasks::Output evaluate(const tasks::Batch& batch, const tasks::EvaluateOptions&) override {
    ++num_batches;
    tasks::Output output;
    std::vector<float> sums;
    for (std::size_t row = 0; row + 1 < batch.tokens.boundaries.size(); ++row) {
      float sum = 0;
      for (std::int32_t t = batch.tokens.boundaries[row]; t < batch.tokens.boundaries[row + 1]; ++t) {
        sum += std::sin(static_cast<float>(batch.tokens.ids[static_cast<std::size_t>(t)]));
      }
      sums.push_back(sum);
    }
    if (kind_ == TaskKind::Choices) {
      output.logits = at::tensor(sums).view({-1, batch.choices});
      for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
        output.losses.push_back(std::exp(sums[static_cast<std::size_t>(i * batch.choices)]));
      }
      return output;
    }
    const at::Tensor ids = at::tensor(batch.tokens.ids).to(at::kFloat);
    output.logits = at::stack({at::sin(ids), at::cos(ids * 1.7)}, 1);
    if (batch.start_positions.empty()) return output;
    for (const float sum : sums) output.losses.push_back(std::exp(sum));
    return output;
  }

  int num_batches = 0;

 private:
  TaskKind kind_;
  std::vector<tasks::Parameter> parameters_;
};

/// Questions over "abcdefgh…", each in one to three windows of different lengths; ids of all positions differ.
struct Questions {
  std::vector<data::SquadQuestion> questions;
  std::vector<data::Feature> features;
};

Questions some_questions(bool with_positions) {
  Questions made;
  std::int32_t id = 0;
  for (int i = 0; i < 13; ++i) {
    data::SquadQuestion question;
    question.id = "q" + std::to_string(i);
    question.context = "abcdefghijklmnopqrstuvwxyz";
    question.answers = {{question.context.substr(static_cast<std::size_t>(i), 2), i}};
    made.questions.push_back(question);
    for (int window = 0; window < (i == 5 ? 0 : 1 + i % 3); ++window) {
      data::Feature feature;
      feature.example = i;
      const int length = 6 + (i * 5 + window * 3) % 9;
      for (int t = 0; t < length; ++t) {
        feature.input_ids.push_back(++id);
        const bool is_context = t > 1 && t + 1 < length;
        feature.offsets.push_back(is_context ? std::pair{t + window, t + window + 1} : std::pair{-1, -1});
      }
      feature.token_type_ids.assign(feature.input_ids.size(), 0);
      if (with_positions) feature.start_position = feature.end_position = 2;
      made.features.push_back(feature);
    }
  }
  return made;
}

std::vector<data::Feature> some_choices() {
  std::vector<data::Feature> features;
  std::int32_t id = 0;
  for (int row = 0; row < 11; ++row) {
    for (int choice = 0; choice < 4; ++choice) {
      data::Feature feature;
      feature.example = row;
      feature.choice = choice;
      feature.label = row == 3 ? -1 : row % 4;
      for (int t = 0; t < 3 + (row * 7 + choice) % 10; ++t) feature.input_ids.push_back(++id);
      features.push_back(feature);
    }
  }
  return features;
}

EvaluationOptions options_with(bool by_length) {
  EvaluationOptions options;
  options.batch_size = 3;
  options.by_length = by_length;
  return options;
}

}  // namespace

TEST_CASE("batches by length hold every row once and put like lengths together", "[train]") {
  std::vector<std::int64_t> lengths;
  for (int i = 0; i < 500; ++i) lengths.push_back(1 + (i * 37) % 300);
  const auto batches = evaluation_batches(lengths, options_with(true));
  std::set<std::size_t> seen;
  for (const auto& batch : batches) {
    for (const std::size_t row : batch) CHECK(seen.insert(row).second);
    CHECK(lengths[batch.front()] * static_cast<std::int64_t>(batch.size()) <= 2048);
    CHECK(lengths[batch.front()] >= lengths[batch.back()]);
  }
  CHECK(seen.size() == lengths.size());
  const auto plain = evaluation_batches(lengths, options_with(false));
  CHECK(plain.size() == 167);
  CHECK(plain[1] == std::vector<std::size_t>{3, 4, 5});
  const std::vector<std::int64_t> huge = {5000, 1};
  CHECK(evaluation_batches(huge, options_with(true)).size() == 2);
}

TEST_CASE("span answers, scores and loss do not depend on the order in which rows are computed", "[train]") {
  const Questions made = some_questions(true);
  FakeHead model(TaskKind::Spans);
  const auto evaluate = [&](bool by_length) {
    return *SpanEvaluator(made.questions, made.features, {5, 3}, options_with(by_length)).evaluate(model, nullptr);
  };
  const Evaluation naive = evaluate(false), fast = evaluate(true);
  CHECK(naive.scores == fast.scores);
  CHECK(naive.scores.at("total") == 13);
  REQUIRE(fast.answers.size() == 13);
  CHECK(fast.answers[5].n_best.empty());
  CHECK(std::isnan(fast.example_losses[5]));
  for (std::size_t i = 0; i < 13; ++i) {
    CHECK(naive.answers[i].text == fast.answers[i].text);
    if (i != 5) CHECK(naive.example_losses[i] == Approx(fast.example_losses[i]));
  }
  // By hand: windows weigh by their batch of three consecutive ones.
  double loss = 0;
  for (std::size_t begin = 0; begin < made.features.size(); begin += 3) {
    double sum = 0, rows = 0;
    for (std::size_t i = begin; i < std::min(begin + 3, made.features.size()); ++i, ++rows) {
      float one = 0;
      for (const std::int32_t id : made.features[i].input_ids) one += std::sin(static_cast<float>(id));
      sum += std::exp(one);
    }
    loss += sum / rows * rows;
  }
  CHECK(fast.scores.at("loss") == Approx(loss / static_cast<double>(made.features.size())));
  CHECK(fast.rows == static_cast<std::int64_t>(made.features.size()));
}

TEST_CASE("questions without labels have answers and no loss", "[train]") {
  const Questions made = some_questions(false);
  FakeHead model(TaskKind::Spans);
  const Evaluation evaluation =
      *SpanEvaluator(made.questions, made.features, {}, options_with(true)).evaluate(model, nullptr);
  CHECK(evaluation.scores.count("loss") == 0);
  CHECK(evaluation.answers.size() == 13);
}

TEST_CASE("choices are the largest score, counted where a label is known", "[train]") {
  const std::vector<data::Feature> features = some_choices();
  FakeHead model(TaskKind::Choices);
  const Evaluation naive = *ChoiceEvaluator(features, options_with(false)).evaluate(model, nullptr);
  CHECK(model.num_batches == 4);
  const Evaluation fast = *ChoiceEvaluator(features, options_with(true)).evaluate(model, nullptr);
  CHECK(model.num_batches == 5);
  CHECK(naive.scores == fast.scores);
  CHECK(naive.choice_scores == fast.choice_scores);
  int right = 0;
  for (std::size_t row = 0; row < 11; ++row) {
    const std::vector<float>& scores = fast.choice_scores[row];
    REQUIRE(scores.size() == 4);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    right += row != 3 && best == static_cast<std::ptrdiff_t>(row % 4);
  }
  CHECK(fast.scores.at("accuracy") == Approx(right / 10.0));
  CHECK(std::isnan(fast.example_losses[3]));
}

TEST_CASE("an evaluation that is abandoned gives nothing", "[train]") {
  const std::vector<data::Feature> features = some_choices();
  FakeHead model(TaskKind::Choices);
  const auto stop = [](std::int64_t, std::int64_t) { return false; };
  CHECK_FALSE(ChoiceEvaluator(features, options_with(true)).evaluate(model, stop).has_value());
}
