#pragma once

#include <QWidget>
#include <memory>

#include "ui/main_window/session_model.h"
#include "ui/mixtures/scaling_card.h"

class QComboBox;

namespace lorascope::ui {

class PlotCard;
class StepSlider;

/// The gate of the selected run over its training: the scalings of the run's probe set at each recorded step, and each
/// adapter's share and the entropy over the steps. Live; hidden while the selected run has recorded no scalings.
class GateCard : public QWidget {
  Q_OBJECT

 public:
  explicit GateCard(SessionModel* session, QWidget* parent = nullptr);

  ScalingCard* scalings() const { return card_; }
  StepSlider* slider() const { return slider_; }
  QComboBox* textChoice() const { return texts_; }
  PlotCard* shares() const { return shares_; }

 private:
  void followRun();
  void readArtifacts();
  void showStep();
  void takeScalings(int request, const std::shared_ptr<const figures::Scalings>& scalings);
  void showText();
  void updateShares();
  /// Number of an adapter in the maps: one adapter has one colour.
  std::size_t placeOf(const std::string& adapter, std::size_t otherwise) const;

  SessionModel* session_;
  ScalingCard* card_;
  PlotCard* shares_;
  StepSlider* slider_;
  QComboBox* texts_;
  RunId run_ = 0;
  std::vector<std::pair<std::int64_t, std::string>> files_;  ///< by step
  std::optional<std::int64_t> step_;                         ///< nothing: the newest
  std::string shown_file_;
  int request_ = 0;
  std::shared_ptr<const figures::Scalings> scalings_;
};

}  // namespace lorascope::ui
