#pragma once

#include <QVector>

#include "ui/weights/weight_analyses.h"
#include "ui/widgets/card.h"

class QLabel;
class QToolButton;

namespace lorascope::ui {

class MessageBar;
class PlotCard;
class SegmentBar;
class TableCard;

/// Amplification and tail exponent of the weight matrices of finished runs, FT and LoRA alike: dots by layer for the
/// chosen kind of module beside what no training gives, all numbers as a table. Computed by `lorascope analyse`.
class MatricesCard : public Card {
  Q_OBJECT

 public:
  enum class View { Amplification, Alpha };

  MatricesCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  void setView(View view);
  /// The kind of module that the plot shows: "query".
  void setKind(const std::string& kind);
  WeightAnalyses* analyses(View view) const { return view == View::Alpha ? alpha_ : amplification_; }
  PlotCard* plot() const { return plot_; }
  TableCard* table() const { return table_; }
  QLabel* doubt() const { return doubt_; }

 Q_SIGNALS:
  /// An analysis, or its error, is on show.
  void shown();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  View view() const;
  void addHeader();
  void watch(WeightAnalyses* analyses);
  void loadStored();
  void refresh();

  WeightAnalyses* amplification_;
  WeightAnalyses* alpha_;
  SegmentBar* view_choice_;
  QToolButton* menu_button_;
  MessageBar* message_;
  PlotCard* plot_;
  TableCard* table_;
  QLabel* doubt_;
  std::string kind_;
};

}  // namespace lorascope::ui
