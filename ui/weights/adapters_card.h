#pragma once

#include <QJsonObject>
#include <QStringList>
#include <functional>
#include <vector>

#include "ui/weights/adapter_map.h"
#include "ui/widgets/card.h"

class QDoubleSpinBox;
class QToolButton;

namespace lorascope::ui {

class HeatMapView;
class LorascopeProgram;
class MapTwin;
class MessageBar;
class SegmentBar;
class SessionModel;
class TableCard;

/// Adapters against each other: the overlap of two runs' adapters, or of any two PEFT adapter folders that were dropped
/// on the window; one folder alone shows its own modules. Computed by `lorascope adapter` in a child process.
class AdaptersCard : public Card {
  Q_OBJECT

 public:
  AdaptersCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  /// Opens an adapter folder: alone at first, the second one beside the first.
  void openFolder(const QString& folder);
  const QStringList& folders() const { return folders_; }
  /// Writes the smallest adapter that keeps this share of the energy of each update of the one on show, into the
  /// workspace, and shows it against the original.
  void truncate(double energy);
  TableCard* table() const { return table_; }
  HeatMapView* map() const;

  /// Whether a dropped path is an adapter folder.
  static bool isAdapterFolder(const QString& path);

 Q_SIGNALS:
  /// What a child process has computed is on show, or its error.
  void shown();

 private:
  void addButtons();
  QWidget* buildTruncation();
  void run(const QStringList& arguments, const std::function<void(const QJsonObject&)>& done);
  void fillMenu();
  void compareRuns(const QStringList& folders);
  void compute();
  void showAnswer(const QJsonObject& answer);
  void showMap();

  SessionModel* session_;
  LorascopeProgram* program_;
  QStringList folders_;        ///< one or two
  QStringList shown_folders_;  ///< of the answer on show
  int request_ = 0;
  std::vector<AdapterModule> modules_;
  SegmentBar* measure_;
  QToolButton* menu_button_;
  MessageBar* message_;
  MapTwin* map_ = nullptr;
  TableCard* table_;
  QWidget* truncation_ = nullptr;
  QDoubleSpinBox* energy_ = nullptr;
};

}  // namespace lorascope::ui
