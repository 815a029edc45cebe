#pragma once

#include <QJsonObject>
#include <QPointF>
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "core/figures/scalings.h"

namespace lorascope::ui {

/// An answer of `lorascope inspect --serve` about one text, as views need it.
struct InspectAnswer {
  struct Token {
    QString text;
    int sequence = -1;  ///< -1: special
    int word = -1;
  };
  struct Row {
    QStringList texts;
    std::vector<Token> tokens;
    std::size_t first = 0;  ///< of its tokens among all
  };
  /// wnut17: a word with its tag; tokens of the row, -1 where it has none.
  struct Word {
    QString text, label;
    double probability = 0;
    int first = -1, last = -1;
  };
  /// squad.
  struct Span {
    QString text;
    int begin = 0, end = 0;  ///< code points of the text
    double probability = 0;
  };
  struct Layer {
    double distance = 0, cosine_distance = 0;
  };

  std::vector<Row> rows;
  std::vector<Word> words;
  QStringList labels;
  std::vector<std::vector<double>> probabilities;  ///< [T][C]
  std::vector<Span> spans;                         ///< best first
  std::size_t window = 0;                          ///< row that holds the best span
  std::vector<double> starts, ends;                ///< [T]
  std::vector<double> choices;                     ///< swag: probability of each ending
  int choice = -1;
  std::shared_ptr<const figures::Scalings> scalings;  ///< null without adapters; `applied` is what acted
  bool has_gate = false;
  std::vector<std::vector<Layer>> layers;             ///< [rows][L+1] from the base
  std::vector<std::vector<double>> token_distances;   ///< [T][L+1]
  std::vector<std::vector<QPointF>> base_path, tuned_path;  ///< [L+1][T]
  double shares[2] = {0, 0};

  std::size_t numTokens() const;
  /// The row to be shown first: the window with the answer, the chosen ending.
  std::size_t mainRow() const;
  /// "B-person 0.81": of a token of all tokens; empty where nothing is predicted.
  QString prediction(std::size_t row, std::size_t token) const;

  static InspectAnswer fromJson(const QJsonObject& json);
};

/// Two texts compared.
struct PairAnswer {
  InspectAnswer first, second;
  std::vector<std::pair<int, int>> aligned;  ///< tokens of the first rows
  std::vector<double> base, tuned;           ///< [L+1] distance of the pooled states
  std::vector<std::vector<double>> base_tokens, tuned_tokens;  ///< [aligned][L+1]

  static PairAnswer fromJson(const QJsonObject& json);
};

/// Rows of numbers of a JSON list of lists.
std::vector<std::vector<double>> numbersOf(const QJsonValue& value);

}  // namespace lorascope::ui
