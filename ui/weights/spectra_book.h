#pragma once

#include <QObject>
#include <map>
#include <optional>
#include <vector>

#include "core/figures/spectrum_figure.h"
#include "ui/main_window/session_model.h"

class QTimer;

namespace lorascope::ui {

/// The spectra of all shown runs, kept beside the session's rows: only new ones are copied.
class SpectraBook : public QObject {
  Q_OBJECT

 public:
  explicit SpectraBook(SessionModel* session, QObject* parent = nullptr);

  /// Shown runs that have spectra, in the session's order.
  const std::vector<figures::RunSpectra>& runs() const { return runs_; }
  /// All runs of the same setting: "FT, lr 5e-5".
  std::vector<figures::RunGroup> groups() const;
  std::vector<std::int64_t> steps() const { return figures::steps_of(runs_); }

 Q_SIGNALS:
  void changed();

 private:
  void sync();

  SessionModel* session_;
  QTimer* soon_;
  std::vector<figures::RunSpectra> runs_;
  std::map<RunId, int> thinned_;  ///< RunData::spectra_thinned at the last copy
};

}  // namespace lorascope::ui
