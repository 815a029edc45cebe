#include "app/lorascope/inspect/aggregate.h"

#include <ATen/ATen.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "app/lorascope/inspect/answer_json.h"
#include "app/lorascope/inspect/text_files.h"
#include "core/base/error.h"
#include "core/data/code_points.h"

namespace lorascope::app::inspect {
namespace {

/// Sums over the tokens of one class.
struct Sums {
  std::int64_t texts = 0, words = 0, tokens = 0;
  std::vector<double> scalings, shares;  ///< [N] means over modules
  double entropy = 0, distance = 0;
};

constexpr const char* kAll = "all";

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

/// What is known or predicted of a text as a whole.
struct Known {
  std::pair<int, int> answer;  ///< squad: code points
  int ending = -1;             ///< swag
  bool is_predicted = false;
  std::vector<std::string> word_classes;  ///< wnut17
};

Known known_of(const InspectModel& model, const LabelledText& text, const EncodedText& encoded,
               const tasks::Output& output) {
  Known known{answer_span(text), text.label, false, text.word_classes};
  const std::string& task = model.source().settings.task;
  const bool says_nothing = task == "squad" ? text.answer.empty() : task == "swag" ? text.label < 0 : text.word_classes.empty();
  if (!says_nothing || !text.kind.empty() || !model.has_head()) return known;
  const Json prediction = prediction_json(model, text.text, encoded, output);
  known.is_predicted = true;
  if (task == "squad") {
    if (const Json& answers = prediction.at("answers"); !answers.empty())
      known.answer = {answers.front().at("begin").get<int>(), answers.front().at("end").get<int>()};
  } else if (task == "swag") {
    known.ending = prediction.at("choice").get<int>();
  } else {
    for (const Json& word : prediction.at("words")) known.word_classes.push_back(word.at("label").get<std::string>());
  }
  return known;
}

std::string class_of(const InspectToken& token, const std::string& task, int row, const LabelledText& text,
                     const Known& known) {
  if (!text.kind.empty()) return text.kind;
  if (task == "squad") {
    if (token.sequence == 0) return "question";
    return token.begin >= known.answer.first && token.begin < known.answer.second ? "answer" : "other text";
  }
  if (task == "swag") {
    if (token.sequence == 0) return "context";
    if (row == known.ending) return known.is_predicted ? "chosen ending" : "right ending";
    return known.ending < 0 ? "ending" : "other ending";
  }
  const auto word = static_cast<std::size_t>(token.word);
  return word < known.word_classes.size() ? without_place(known.word_classes[word]) : "word";
}

/// A token with the class that it counts for; empty: special.
struct Counted {
  std::string name;
  bool begins_word = false;
};

std::vector<Counted> counted_tokens(const InspectModel& model, const LabelledText& text, const EncodedText& encoded,
                                    const Known& known) {
  std::vector<Counted> counted;
  for (std::size_t row = 0; row < encoded.rows.size(); ++row) {
    std::int32_t before = -1;
    for (const InspectToken& token : encoded.rows[row].tokens) {
      const bool is_special = token.sequence < 0;
      counted.push_back({is_special ? "" : class_of(token, model.source().settings.task, static_cast<int>(row), text, known),
                         !is_special && token.word != before});
      before = token.word;
    }
  }
  return counted;
}

void add_token(Sums& of, const at::Tensor& scalings, const at::Tensor& shares, double distance) {
  ++of.tokens;
  of.distance += distance;
  if (!scalings.defined()) return;
  of.scalings.resize(static_cast<std::size_t>(scalings.size(0)));
  of.shares.resize(of.scalings.size());
  for (std::size_t n = 0; n < of.scalings.size(); ++n) {
    const double share = shares[static_cast<std::int64_t>(n)].item<double>();
    of.scalings[n] += scalings[static_cast<std::int64_t>(n)].item<double>();
    of.shares[n] += share;
    if (share > 0) of.entropy -= share * std::log2(share);
  }
}

void add(std::map<std::string, Sums>& sums, const std::vector<Counted>& tokens, const Look& look, const at::Tensor& base) {
  const at::Tensor distances = (look.output.hidden_states.back() - base).norm(2, {1}).to(at::kDouble);
  at::Tensor means, shares;
  if (look.used.defined()) {
    means = look.used.mean(1).to(at::kDouble);
    shares = means.abs() / means.abs().sum(1, true).clamp_min(1e-12);
  }
  std::set<std::string> seen;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (tokens[t].name.empty()) continue;
    const auto at = static_cast<std::int64_t>(t);
    for (const std::string& name : {tokens[t].name, std::string(kAll)}) {
      Sums& of = sums[name];
      if (seen.insert(name).second) ++of.texts;
      if (tokens[t].begins_word) ++of.words;
      add_token(of, means.defined() ? means[at] : at::Tensor(), means.defined() ? shares[at] : at::Tensor(),
                distances[at].item<double>());
    }
  }
}

Json row_json(const std::string& name, const Sums& of, bool has_scalings, bool has_base) {
  const auto count = static_cast<double>(of.tokens);
  Json row = {name, of.texts, of.words, of.tokens};
  if (has_scalings) {
    for (const double sum : of.scalings) row.push_back(rounded(sum / count));
    if (of.shares.size() > 1) {
      for (const double sum : of.shares) row.push_back(rounded(sum / count));
      row.push_back(rounded(of.entropy / count));
    }
  }
  if (has_base) row.push_back(rounded(of.distance / count));
  return row;
}

Json table_json(const InspectModel& model, const std::string& note, const std::map<std::string, Sums>& sums) {
  const std::vector<std::string>& adapters = model.axes().adapters;
  const bool has_scalings = !adapters.empty() && model.kind() != ModelKind::FullFineTuning;
  Json columns = {"class", "texts", "words", "tokens"};
  if (has_scalings) {
    for (const std::string& name : adapters) columns.push_back(name);
    if (adapters.size() > 1) {
      for (const std::string& name : adapters) columns.push_back("share of " + name);
      columns.push_back("entropy (bits)");
    }
  }
  if (model.has_base()) columns.push_back("distance from base");
  Json rows = Json::array();
  for (const auto& [name, of] : sums)
    if (name != kAll) rows.push_back(row_json(name, of, has_scalings, model.has_base()));
  if (const auto all = sums.find(kAll); all != sums.end() && sums.size() > 2)
    rows.push_back(row_json(kAll, all->second, has_scalings, model.has_base()));
  return {{"title", has_scalings ? "Mean scaling by class" : model.has_base() ? "Distance from the base by class" : "Counts by class"},
          {"note", note},
          {"columns", columns},
          {"rows", rows}};
}

std::vector<LabelledText> texts_of(const std::string& task, const AggregateOptions& options) {
  if (!options.file.empty()) return read_texts(task, options.file, options.limit);
  std::vector<LabelledText> texts;
  for (const InspectText& input : options.inputs) texts.push_back({input, {}, {}, -1, {}});
  if (texts.empty()) throw UsageError("found no texts to take means over", "pin some in the window, or give a file");
  return texts;
}

}  // namespace

Json aggregated(InspectModel& model, const AggregateOptions& options, const Withdrawn& withdrawn) {
  std::map<std::string, Sums> sums;
  std::size_t texts = 0;
  std::int64_t tokens = 0;
  for (const LabelledText& text : texts_of(model.source().settings.task, options)) {
    if (withdrawn && withdrawn()) throw Interrupted("withdrawn");
    const EncodedText encoded = model.encode(text.text);
    const tasks::Batch batch = model.batch_of(encoded);
    const Look plain = model.look(batch);
    const Look changed = model.look(batch, plain, options.what_if);
    const Known known = known_of(model, text, encoded, changed.output);
    add(sums, counted_tokens(model, text, encoded, known), changed, model.base_states(batch, plain).back());
    ++texts;
    tokens += encoded.num_tokens();
  }
  const std::string note = options.file.empty() ? "pinned texts" : std::filesystem::path(options.file).filename().string();
  return {{"table", table_json(model, note, sums)}, {"texts", texts}, {"tokens", tokens}};
}

}  // namespace lorascope::app::inspect
