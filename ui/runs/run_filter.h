#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "core/store/run_record.h"

namespace lorascope::ui {

/// The filter line of the run list: words and key:value terms, all of which must hold.
///
/// A word matches in name, group, study, tags and state. Keys: method, seed, state, study, group, task, tag, name, star
/// (yes or no), and every setting by its last component (lr, rank, batch_size, …). "-" before a term turns it round,
/// quotes keep blanks: `method:lora seed:42 -state:failed "learning rate"`. Case does not matter.
class RunFilter {
 public:
  RunFilter() = default;
  explicit RunFilter(const QString& line);

  bool isEmpty() const { return terms_.empty(); }
  bool matches(const store::RunRecord& run) const;
  /// What cannot be understood, in one sentence; empty when all is well. A term with a problem is not applied.
  const QString& problem() const { return problem_; }
  /// The keys that terms may have.
  static QStringList keys();

 private:
  struct Term {
    QString key;    ///< empty for a plain word
    QString value;  ///< lower case
    bool negated = false;
  };

  void addTerm(QString token);
  static bool matchesTerm(const store::RunRecord& run, const Term& term);

  std::vector<Term> terms_;
  QString problem_;
};

}  // namespace lorascope::ui
