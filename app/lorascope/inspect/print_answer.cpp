#include "app/lorascope/inspect/print_answer.h"

namespace lorascope::app::inspect {
namespace {

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void print_prediction(const Json& prediction, std::ostream& out) {
  if (prediction.is_null()) return;
  if (prediction.contains("words")) {
    out << "word\ttag\tprobability\n";
    for (const Json& word : prediction.at("words"))
      out << plain(word.at("text")) << '\t' << plain(word.at("label")) << '\t'
          << (word.contains("probability") ? word.at("probability").dump() : "") << '\n';
  } else if (prediction.contains("answers")) {
    out << "answer\tprobability\n";
    for (const Json& answer : prediction.at("answers"))
      out << plain(answer.at("text")) << '\t' << answer.at("probability") << '\n';
  } else {
    out << "ending\tprobability\n";
    std::size_t ending = 0;
    for (const Json& probability : prediction.at("probabilities")) out << ending++ << '\t' << probability << '\n';
  }
}

void print_layers(const Json& layers, std::ostream& out) {
  out << "layer\tdistance from base\t1 - cosine\n";
  std::size_t number = 0;
  for (const Json& layer : layers)
    out << number++ << '\t' << layer.at("distance") << '\t' << layer.at("cosine_distance") << '\n';
}

/// Mean over tokens and modules of what acted.
void print_scalings(const Json& scalings, std::ostream& out) {
  if (!scalings.contains("used")) return;
  std::vector<double> sums(scalings.at("adapters").size());
  double count = 0;
  for (const Json& token : scalings.at("used"))
    for (const Json& module : token) {
      ++count;
      for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += module.at(n).get<double>();
    }
  out << "adapter\tmean scaling\n";
  for (std::size_t n = 0; n < sums.size(); ++n)
    out << plain(scalings.at("adapters").at(n)) << '\t' << (count > 0 ? sums[n] / count : 0) << '\n';
}

void print_sentence(const Json& answer, std::ostream& out) {
  print_prediction(answer.at("prediction"), out);
  if (answer.contains("layers")) print_layers(answer.at("layers").front(), out);
  if (answer.contains("scalings")) print_scalings(answer.at("scalings"), out);
}

void print_table(const Json& table, std::ostream& out) {
  const auto line = [&](const Json& cells) {
    const char* between = "";
    for (const Json& cell : cells) {
      out << between << plain(cell);
      between = "\t";
    }
    out << '\n';
  };
  line(table.at("columns"));
  for (const Json& row : table.at("rows")) line(row);
}

}  // namespace

void print_answer(const std::string& ask, const Json& answer, std::ostream& out) {
  if (ask == "sentence") {
    print_sentence(answer, out);
  } else if (ask == "pair") {
    out << "layer\tbase\ttuned\n";
    std::size_t number = 0;
    for (const Json& layer : answer.at("layers"))
      out << number++ << '\t' << layer.at("base") << '\t' << layer.at("tuned") << '\n';
  } else if (ask == "adapters") {
    for (const Json& adapter : answer.at("adapters")) {
      out << plain(adapter.at("name")) << ":\n";
      print_prediction(adapter.at("prediction"), out);
    }
  } else if (ask == "nearest") {
    for (const Json& token : answer.at("tokens"))
      out << token.at("similarity") << '\t' << plain(token.at("before")) << " [" << plain(token.at("text")) << "] "
          << plain(token.at("after")) << '\n';
  } else if (ask == "aggregate") {
    print_table(answer.at("table"), out);
  } else {
    out << answer.dump(2) << '\n';
  }
}

}  // namespace lorascope::app::inspect
