#pragma once

#include <string>
#include <vector>

#include "core/figures/table_data.h"
#include "ui/plots/pin.h"
#include "ui/widgets/card.h"

class QTableView;
class QToolButton;

namespace lorascope::ui {

class TableDataModel;
class TableExportPanel;

/// A TableData in a card. Where there is no room for all columns, those that may go are left out on screen, the least
/// important first, and the others are scrolled to; copies (tab separated, CSV, LaTeX, Markdown) always have all of them.
class TableCard : public Card {
  Q_OBJECT

 public:
  explicit TableCard(const QString& title, QWidget* parent = nullptr);

  /// Names of columns that may be left out, in the order in which they leave; others stay.
  void setFirstToGo(std::vector<std::string> names) { first_to_go_ = std::move(names); }
  void setTable(figures::TableData table);

  /// What the report computes anew when more runs arrive; without it the table is pinned as it is.
  void setPinQuery(PinQuery query) { pin_query_ = std::move(query); }

  QTableView* view() const { return view_; }
  TableDataModel* model() const { return model_; }

  enum class Format { TabSeparated, Csv, Latex, Markdown };
  QString text(Format format) const;

  /// Made when it is first asked for.
  TableExportPanel* exportPanel();
  /// Opens or closes the export in the table's place.
  void setExportOpen(bool open);

 Q_SIGNALS:
  /// 0 when the pointer left the rows of runs.
  void runHovered(qint64 run_id);
  void runActivated(qint64 run_id);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void addCopyMenu();
  void addExportButton();
  void copy(Format format) const;
  void fit();
  /// Of the contents, with all columns shown.
  std::vector<int> columnWidths();
  std::vector<std::size_t> columnsThatMayGo() const;

  TableDataModel* model_;
  QTableView* view_;
  TableExportPanel* export_ = nullptr;
  QToolButton* export_button_ = nullptr;
  std::vector<std::string> first_to_go_;
  PinQuery pin_query_;
};

}  // namespace lorascope::ui
