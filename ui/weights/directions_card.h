#pragma once

#include <QJsonObject>
#include <string>

#include "core/figures/spectrum_figure.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/heat_map_view.h"
#include "ui/widgets/card.h"

class QPushButton;

namespace lorascope::ui {

class LorascopeProgram;
class MapTwin;
class MessageBar;
class RunBox;

/// What `lorascope directions` said about one module as a map: |u'_j · u_i| of one run, or φ(i,j) of two.
HeatMap directionsMap(const QJsonObject& grid, bool is_against, const QString& title);
/// The mean of the random floor over the grid, and its greatest value.
struct DirectionsFloor {
  double mean = 0, greatest = 0;
};
DirectionsFloor directionsFloor(const QJsonObject& grid);

/// The leading directions of the chosen module: of the tuned weights against those of the base, where a dark row is an
/// intruder; or of two runs' updates, FT and LoRA alike, with the floor that random spaces have.
class DirectionsCard : public Card {
  Q_OBJECT

 public:
  DirectionsCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  /// The module that the tab speaks about: a stored name such as "encoder.layer.5.attention.self.query".
  void setModule(const std::string& module);
  void setRun(RunId run);
  void compute();
  MapTwin* map() const { return map_; }
  RunBox* runs() const { return runs_; }
  RunBox* others() const { return others_; }
  QPushButton* button() const { return button_; }

 Q_SIGNALS:
  void shown();

 private:
  void fillRuns();
  void refresh();

  SessionModel* session_;
  LorascopeProgram* program_;
  std::string module_;
  int request_ = 0;
  MessageBar* message_;
  RunBox* runs_;
  RunBox* others_;
  QPushButton* button_;
  MapTwin* map_;
};

}  // namespace lorascope::ui
