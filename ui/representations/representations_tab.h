#pragma once

#include <QWidget>
#include <vector>

class QGridLayout;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace lorascope::ui {

class AnalysisCard;
class CkaCard;
class LinesCard;
class LorascopeProgram;
class PlotCard;
class RunChoice;
class SessionModel;

/// What training did to the hidden states of the chosen runs, layer by layer against the base: sensitivity to form and
/// meaning, CKA, distances, ways of tokens, a structural probe. Each is computed on demand by a child process and kept
/// in the workspace.
class RepresentationsTab : public QWidget {
  Q_OBJECT

 public:
  RepresentationsTab(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  RunChoice* runs() const { return runs_; }
  LinesCard* sensitivity() const { return sensitivity_; }
  CkaCard* cka() const { return cka_; }
  LinesCard* distances() const { return distances_; }
  LinesCard* trajectories() const { return trajectories_; }
  LinesCard* probe() const { return probe_; }
  /// The card whose export the window's "export" means; nullptr while nothing was computed.
  PlotCard* mainPlot() const;
  /// Text that CKA, distances and ways are computed on; empty: generated sentences.
  void setTextFile(const QString& file);
  void setTreebank(const QString& file);

 Q_SIGNALS:
  void trainRequested();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* makeChoices();
  void makeSensitivity();
  void makeDistances();
  void makeTrajectories();
  void makeProbe();
  void connectCards();
  /// One column or two.
  void arrange();
  void loadStored();
  void showPages();
  QStringList runArguments() const;
  QStringList textArguments() const;

  SessionModel* session_;
  LorascopeProgram* program_;
  QStackedWidget* pages_;
  QGridLayout* grid_ = nullptr;
  RunChoice* runs_;
  QToolButton* text_button_;
  QToolButton* treebank_button_ = nullptr;
  QSpinBox* first_token_ = nullptr;
  QSpinBox* pairs_ = nullptr;
  QString text_file_, treebank_;
  LinesCard* sensitivity_ = nullptr;
  CkaCard* cka_ = nullptr;
  LinesCard* distances_ = nullptr;
  LinesCard* trajectories_ = nullptr;
  LinesCard* probe_ = nullptr;
  int columns_ = 0;
};

}  // namespace lorascope::ui
