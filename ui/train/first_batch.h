#pragma once

#include <QString>
#include <QStringList>
#include <string>
#include <vector>

namespace lorascope::ui {

/// One example of the first batch as the model sees it.
struct BatchRow {
  qint64 example = 0;  ///< index in the training file, from 0
  QStringList tokens;  ///< with [CLS] and [SEP]
  QStringList labels;  ///< of each token; empty = ignored by the loss
  std::vector<int> ids;
  std::vector<int> types;
  std::vector<int> mask;
  QString caption;  ///< what tokens alone do not say: the right answer, which choice; may be empty
};

/// The first batch of a run, read from the JSON that its process stored.
struct FirstBatch {
  std::vector<BatchRow> rows;
  int longest = 0;  ///< tokens of the longest row
  int tokens = 0;   ///< real tokens of all rows

  /// Empty for a text that is no first batch.
  static FirstBatch fromJson(const std::string& json);
  int numLabelled() const;
  /// As many rows from the start as a page should show: a batch of passages is long.
  std::size_t numShownRows() const;
  /// "4 rows, 34 real tokens, 22 with a label; padded it would be 44"
  QString summary() const;
};

}  // namespace lorascope::ui
