#pragma once

#include <QJsonObject>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/store/pin_store.h"
#include "ui/inspect/inspect_answer.h"

class QCheckBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace lorascope::ui {

class Card;
class FlowLayout;
class MessageBar;
class ProbabilityBars;

/// What if: every adapter with a switch and a slider for its scaling, blocks and kinds of modules that can be switched
/// off, the chosen token's probabilities with their change, its nearest training tokens, and the pins.
class WhatIfPanel : public QWidget {
  Q_OBJECT

 public:
  explicit WhatIfPanel(QWidget* parent = nullptr);

  /// The answer to "describe": switches for its adapters and modules, all on.
  void setModel(const QJsonObject& description);
  /// What the switches ask for, as `lorascope inspect --serve` takes it; empty: nothing is changed.
  QJsonObject whatIf() const;
  void setWhatIf(const QJsonObject& what_if);
  void reset();
  /// Mean scalings that act without a change: where the sliders stand.
  void setMeans(const std::vector<double>& means);

  void setBars(const QString& title, const InspectAnswer& answer, const InspectAnswer& before, std::size_t row, int token);
  /// Lines of the nearest tokens, or what went wrong.
  void setNearest(const QJsonObject& answer);
  void setNearestMessage(const QString& text);
  void setPins(const std::vector<store::PinRecord>& pins);

  QSlider* slider(std::size_t adapter) const { return rows_.at(adapter).slider; }
  QCheckBox* adapterSwitch(std::size_t adapter) const { return rows_.at(adapter).on; }
  QToolButton* gateButton(std::size_t adapter) const { return rows_.at(adapter).back; }
  std::size_t numAdapters() const { return rows_.size(); }
  const std::vector<QToolButton*>& blockSwitches() const { return blocks_; }
  const std::vector<QToolButton*>& moduleSwitches() const { return modules_; }
  ProbabilityBars* bars() const { return bars_; }
  QPushButton* nearestButton() const { return nearest_button_; }
  QLabel* nearestText() const { return nearest_; }
  QPushButton* pinButton() const { return pin_button_; }
  QListWidget* pinList() const { return pins_; }

 Q_SIGNALS:
  void changed();
  void nearestRequested();
  void pinRequested();
  void pinChosen(const QJsonObject& content);
  void pinRemoved(std::int64_t id);

 private:
  struct AdapterRow {
    QString name;
    QCheckBox* on;
    QSlider* slider;
    QLabel* value;
    QToolButton* back;
    std::optional<double> set;  ///< dragged; nothing: as the gate (or the training) has it
    double mean = 1;
  };

  void addAdapterRow(const QString& name);
  void addSwitch(const QString& text, const QString& tip, FlowLayout* layout, std::vector<QToolButton*>& into);
  void showValue(AdapterRow& row);
  Card* makePinCard();

  QJsonObject description_;
  Card *adapters_card_, *modules_card_, *bars_card_, *nearest_card_;
  QLabel* fixed_;
  std::vector<AdapterRow> rows_;
  QWidget *block_area_ = nullptr, *module_area_ = nullptr;
  std::vector<QToolButton*> blocks_, modules_;
  ProbabilityBars* bars_;
  QLabel* nearest_;
  QPushButton *nearest_button_, *pin_button_, *reset_;
  QListWidget* pins_;
};

}  // namespace lorascope::ui
