#pragma once

#include <QObject>
#include <map>
#include <string>
#include <vector>

#include "core/figures/compare_inputs.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {

/// What stored predictions say about the shown groups: intervals over test examples and the paired bootstrap against
/// the baseline. Reads and computes in the background; each run's predictions are read once.
class EvidenceBook : public QObject {
  Q_OBJECT

 public:
  explicit EvidenceBook(SessionModel* session, QObject* parent = nullptr);

  /// Asks for the evidence about these runs; changed() follows when it is there or has changed.
  void want(figures::Grouping grouping, const std::string& baseline, const std::string& score);
  const std::map<std::string, figures::GroupEvidence>& evidence() const { return evidence_; }
  /// Tokens a second in evaluation, where the shown runs are mixtures.
  const std::map<RunId, double>& speeds() const { return speeds_; }
  /// Moves with every change of evidence().
  int number() const { return num_changes_; }

 Q_SIGNALS:
  void changed();

 private:
  struct Request;
  void take(int number, const std::map<std::string, figures::GroupEvidence>& evidence, const figures::CountsByRun& counts,
            const std::map<RunId, double>& speeds);

  SessionModel* session_;
  int request_ = 0;    ///< number of the newest request; older answers are dropped
  std::string asked_;  ///< what was asked for last
  figures::CountsByRun counts_;      ///< of finished runs and the split asked for
  std::string counts_of_;
  std::map<std::string, figures::GroupEvidence> evidence_;
  std::map<RunId, double> speeds_;
  int num_changes_ = 0;
};

}  // namespace lorascope::ui
