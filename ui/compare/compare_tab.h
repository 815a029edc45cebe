#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/figures/compare_table.h"
#include "core/figures/report_query.h"
#include "ui/main_window/session_model.h"

class QBoxLayout;
class QStackedWidget;
class QTimer;
class QToolButton;

namespace lorascope::ui {

class CurveCard;
class EvidenceBook;
class ParallelCard;
class SegmentBar;
class SpectraBook;
class TableCard;

/// Runs side by side: curves with one step cursor, the score table with a baseline, intervals and significance, the
/// settings that differ, parallel coordinates. Groups of runs as everywhere; runs can be dragged onto it.
class CompareTab : public QWidget {
  Q_OBJECT

 public:
  /// `spectra`: shared with the Weights tab.
  CompareTab(SessionModel* session, SpectraBook* spectra, QWidget* parent = nullptr);

  TableCard* table() const { return table_; }
  TableCard* settings() const { return settings_; }
  /// Methods by tasks, where the shown runs mix adapters or are about several tasks.
  TableCard* mixtures() const { return mixtures_; }
  ParallelCard* parallel() const { return parallel_; }
  EvidenceBook* evidence() const { return evidence_; }
  void setBaseline(const std::string& group);
  void setGrouping(const figures::Grouping& grouping);

 Q_SIGNALS:
  void trainRequested();

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* buildBar();
  QWidget* buildCurves();
  void fillBaselines();
  void fillScores();
  void refreshSoon();
  void refresh();
  std::vector<store::RunRecord> shownRecords() const;
  /// What a person chooses here; undone as a whole.
  struct Choice {
    int grouping = 1;
    std::string setting = {};
    std::string baseline;  ///< empty: the first group
    std::string score;     ///< empty: the main one

    bool operator==(const Choice&) const = default;
  };
  void choose(const Choice& next, const QString& what);
  void apply(const Choice& choice);
  figures::ReportQuery query(figures::ReportKind kind) const;
  figures::Grouping grouping() const;
  std::string marks(const std::vector<store::RunRecord>& runs) const;

  SessionModel* session_;
  SpectraBook* spectra_;
  EvidenceBook* evidence_;
  QTimer* soon_;
  QStackedWidget* pages_;
  SegmentBar* group_choice_;
  QToolButton* setting_button_ = nullptr;
  QToolButton* baseline_button_;
  QToolButton* score_button_;
  QBoxLayout* curve_row_ = nullptr;
  CurveCard* loss_;
  CurveCard* validation_;
  TableCard* table_;
  TableCard* settings_;
  TableCard* mixtures_;
  ParallelCard* parallel_;
  Choice choice_;
  std::string shown_;  ///< marks() of what is on screen
};

}  // namespace lorascope::ui
