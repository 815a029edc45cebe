#pragma once

#include <QJsonObject>
#include <QPointer>
#include <QProcess>
#include <map>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "ui/main_window/session_model.h"
#include "ui/widgets/card.h"

class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QTimer;
class QToolButton;

namespace lorascope::ui {

class LorascopeProgram;
class MessageBar;
class PlotCard;

/// What was measured with the intruders scaled to one share.
struct KeptSharePoint {
  std::map<std::string, double> scores;
  double base_task = 0;
};

/// One score, or the loss on the base's task where `score` is empty, against the kept share; `base` is drawn as a
/// reference line where it is a number.
figures::FigureData keptShareFigure(const std::map<double, KeptSharePoint>& points, const std::string& score,
                                    const std::string& label, double base);

/// The causal test of intruder dimensions: a slider for the share of them that is kept, and what it does to the task's
/// score and to the loss on what the base was made for. Measured by `lorascope kept-share` in a child process while the
/// slider waits; a share can be saved as a run of its own.
class KeptShareCard : public Card {
  Q_OBJECT

 public:
  KeptShareCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);
  ~KeptShareCard() override;

  /// Another run: what was measured is forgotten.
  void setRun(RunId run);
  RunId run() const { return run_; }
  void setThreshold(double threshold);
  void setShare(double share);
  double share() const;
  /// Measures these shares, the ones known already left out.
  void measure(std::vector<double> shares);
  void cancel();
  /// A derived run with the slider's share.
  void save();
  bool isMeasuring() const { return process_ != nullptr; }
  const std::map<double, KeptSharePoint>& points() const { return points_; }
  QSlider* slider() const { return slider_; }
  QPushButton* saveButton() const { return save_; }
  QPushButton* measureButton() const { return measure_; }
  PlotCard* scorePlot() const { return score_plot_; }
  PlotCard* lossPlot() const { return loss_plot_; }

 Q_SIGNALS:
  /// A point came, a measurement ended, or its error is on show.
  void shown();
  /// The run that was made.
  void derived(lorascope::ui::RunId run);

 private:
  void buildControls();
  void buildPlots();
  void fillMenu();
  void takeLine(const QString& line);
  void finish(int exit_code, const QString& errors, const QStringList& arguments);
  void forget();
  void refresh();
  std::string mainScore() const;

  SessionModel* session_;
  LorascopeProgram* program_;
  RunId run_ = 0;
  double threshold_ = 0.5;
  std::map<double, KeptSharePoint> points_;  ///< by share
  QJsonObject about_;                        ///< what the last measurement said besides
  QPointer<QProcess> process_;
  QTimer* soon_;
  QToolButton* menu_button_;
  MessageBar* message_;
  QSlider* slider_;
  QLabel* value_;
  QSpinBox* rows_;
  QPushButton* measure_;
  QPushButton* cancel_;
  QPushButton* save_;
  PlotCard* score_plot_;
  PlotCard* loss_plot_;
};

}  // namespace lorascope::ui
