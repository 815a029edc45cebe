#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data/squad.h"
#include "core/data/swag.h"

namespace lorascope::data {

/// How often each length occurs: bucket i holds lengths width · i + 1 … width · (i + 1); a length of 0 is in the first.
struct LengthHistogram {
  LengthHistogram(std::string what, std::size_t bucket_width) : name(std::move(what)), width(bucket_width) {}

  std::string name;  ///< "words of a context"
  std::size_t width;
  std::vector<std::size_t> counts;
  std::size_t longest = 0, total = 0;

  void add(std::size_t length);
  /// Mean length; 0 where nothing was added.
  double mean() const;
};

/// What `data show` tells about a file of questions or of multiple-choice rows.
struct DataSummary {
  /// "questions", "contexts", …: counts, in the order to show them.
  std::vector<std::pair<std::string, std::size_t>> counts;
  /// "answerable", …: parts of all, 0 to 1.
  std::vector<std::pair<std::string, double>> shares;
  /// What the labels are and how often each occurs ("0" … "3", "none"); or the first words of questions.
  std::string label_name;
  std::map<std::string, std::size_t> labels;
  std::vector<LengthHistogram> lengths;
  std::vector<std::string> first_rows;  ///< the first few, on one line each
  /// Oddities that are no errors.
  std::vector<std::string> remarks;
};

DataSummary summarize(const SquadData& data);
DataSummary summarize(std::span<const SwagRow> rows);

/// Number of words between white space.
std::size_t count_words(std::string_view text);

/// A text on one line of at most `limit` code points.
std::string on_one_line(std::string_view text, std::size_t limit);

}  // namespace lorascope::data
