#include "app/lorascope/inspect/aggregate.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <map>

#include "app/lorascope/inspect/answer_json.h"
#include "app/lorascope/inspect/text_files.h"
#include "core/base/error.h"
#include "core/data/code_points.h"

namespace lorascope::app::inspect {
namespace {

/// Sums over the tokens of one class.
struct Sums {
  std::int64_t tokens = 0;
  std::vector<double> scalings;  ///< [N] means over modules
  double entropy = 0, distance = 0;
};

/// "B-person" -> "person".
std::string without_place(const std::string& tag) {
  return tag.starts_with("B-") || tag.starts_with("I-") ? tag.substr(2) : tag;
}

/// Code points [begin, end) of the first answer's text in the context.
std::pair<int, int> answer_span(const LabelledText& text) {
  const std::size_t at = text.text.text.find(text.answer);
  if (text.answer.empty() || at == std::string::npos) return {0, 0};
  const auto begin = static_cast<int>(data::CodePoints(std::string_view(text.text.text).substr(0, at)).size());
  return {begin, begin + static_cast<int>(data::CodePoints(text.answer).size())};
}

/// The class of every token of a text, row after row; empty for special tokens.
class TokenClasses {
 public:
  TokenClasses(const InspectModel& model, const LabelledText& text, const EncodedText& encoded, const tasks::Output& output)
      : text_(text), answer_(answer_span(text)) {
    const std::string& task = model.source().settings.task;
    if (task == "wnut17" && text.kind.empty() && text.word_classes.empty() && model.has_head()) {
      const Json prediction = prediction_json(model, text.text, encoded, output);
      for (const Json& word : prediction.at("words")) predicted_.push_back(word.at("label").get<std::string>());
    }
    for (std::size_t row = 0; row < encoded.rows.size(); ++row)
      for (const InspectToken& token : encoded.rows[row].tokens)
        classes_.push_back(token.sequence < 0 ? "" : class_of(token, task, static_cast<int>(row)));
  }

  const std::vector<std::string>& all() const { return classes_; }

 private:
  std::string class_of(const InspectToken& token, const std::string& task, int row) const {
    if (!text_.kind.empty()) return text_.kind;
    if (task == "squad") {
      if (token.sequence == 0) return "question";
      return token.begin >= answer_.first && token.begin < answer_.second ? "answer" : "other text";
    }
    if (task == "swag") {
      if (token.sequence == 0) return "context";
      return row == text_.label ? "right ending" : text_.label < 0 ? "ending" : "other ending";
    }
    const std::vector<std::string>& words = text_.word_classes.empty() ? predicted_ : text_.word_classes;
    const auto word = static_cast<std::size_t>(token.word);
    return word < words.size() ? without_place(words[word]) : "word";
  }

  const LabelledText& text_;
  std::pair<int, int> answer_;
  std::vector<std::string> predicted_, classes_;
};

void add(std::map<std::string, Sums>& sums, const std::vector<std::string>& classes, const Look& look,
         const at::Tensor& base) {
  const at::Tensor distances = (look.output.hidden_states.back() - base).norm(2, {1}).to(at::kDouble);
  at::Tensor means, entropies;
  if (look.used.defined()) {
    means = look.used.mean(1).to(at::kDouble);
    const at::Tensor shares = means.abs() / means.abs().sum(1, true).clamp_min(1e-12);
    entropies = -(shares * shares.clamp_min(1e-12).log2()).sum(1);
  }
  for (std::size_t t = 0; t < classes.size(); ++t) {
    if (classes[t].empty()) continue;
    const auto at = static_cast<std::int64_t>(t);
    Sums& of = sums[classes[t]];
    ++of.tokens;
    of.distance += distances[at].item<double>();
    if (!means.defined()) continue;
    of.entropy += entropies[at].item<double>();
    of.scalings.resize(static_cast<std::size_t>(means.size(1)));
    for (std::int64_t n = 0; n < means.size(1); ++n) of.scalings[static_cast<std::size_t>(n)] += means[at][n].item<double>();
  }
}

Json table_json(const InspectModel& model, const AggregateOptions& options, const std::map<std::string, Sums>& sums) {
  const bool has_scalings = !model.axes().adapters.empty() && model.kind() != ModelKind::FullFineTuning;
  Json columns = {"class", "tokens"};
  if (has_scalings)
    for (const std::string& name : model.axes().adapters) columns.push_back(name);
  if (has_scalings) columns.push_back("entropy (bits)");
  if (model.has_base()) columns.push_back("distance from base");
  Json rows = Json::array();
  for (const auto& [name, of] : sums) {
    const auto count = static_cast<double>(of.tokens);
    Json row = {name, of.tokens};
    if (has_scalings) {
      for (const double sum : of.scalings) row.push_back(rounded(sum / count));
      row.push_back(rounded(of.entropy / count));
    }
    if (model.has_base()) row.push_back(rounded(of.distance / count));
    rows.push_back(row);
  }
  return {{"title", has_scalings ? "Mean scaling by class" : "Distance from the base by class"},
          {"note", std::filesystem::path(options.file).filename().string()},
          {"columns", columns},
          {"rows", rows}};
}

}  // namespace

Json aggregated(InspectModel& model, const AggregateOptions& options, const Withdrawn& withdrawn) {
  std::map<std::string, Sums> sums;
  std::size_t texts = 0;
  std::int64_t tokens = 0;
  for (const LabelledText& text : read_texts(model.source().settings.task, options.file, options.limit)) {
    if (withdrawn && withdrawn()) throw Interrupted("withdrawn");
    const EncodedText encoded = model.encode(text.text);
    const tasks::Batch batch = model.batch_of(encoded);
    const Look plain = model.look(batch);
    const Look changed = model.look(batch, plain, options.what_if);
    const TokenClasses classes(model, text, encoded, changed.output);
    add(sums, classes.all(), changed, model.base_states(batch, plain).back());
    ++texts;
    tokens += encoded.num_tokens();
  }
  return {{"table", table_json(model, options, sums)}, {"texts", texts}, {"tokens", tokens}};
}

}  // namespace lorascope::app::inspect
