#pragma once

#include <QWidget>

#include "ui/plots/pin.h"

class QStackedWidget;
class QTableView;
class QToolButton;

namespace lorascope::ui {

class Card;
class ExportPanel;
class HeatMapView;
struct HeatMap;
class TableDataModel;

/// A heat map with its table twin and its export in the same place; the buttons for both and for copying go into the
/// card's header.
class MapTwin : public QWidget {
  Q_OBJECT

 public:
  explicit MapTwin(Card* card, int map_height, QWidget* parent = nullptr);

  /// Shows another map, in whichever form is open.
  void setMap(HeatMap map);
  HeatMapView* view() const { return view_; }
  QTableView* table() const { return table_; }
  /// Made when it is first asked for.
  ExportPanel* exportPanel();
  /// Opens the export in the map's place.
  void openExport();
  /// Buttons of a card without a map are hidden.
  void setButtonsVisible(bool visible);
  /// What the report computes anew when more runs arrive; without it the map is pinned as it is.
  void setPinQuery(PinQuery query) { pin_query_ = std::move(query); }

 private:
  void addButtons(Card* card);
  void showPage(QWidget* page);

  int map_height_;
  QStackedWidget* stack_;
  HeatMapView* view_;
  QTableView* table_;
  TableDataModel* table_model_;
  ExportPanel* export_ = nullptr;
  PinQuery pin_query_;
  QToolButton* pin_button_ = nullptr;
  QToolButton* table_button_ = nullptr;
  QToolButton* copy_button_ = nullptr;
  QToolButton* export_button_ = nullptr;
};

}  // namespace lorascope::ui
