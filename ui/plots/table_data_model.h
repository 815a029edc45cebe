#pragma once

#include <QAbstractTableModel>
#include <cstdint>

#include "core/figures/table_data.h"

namespace lorascope::ui {

/// A TableData for the screen: swatch of the method before the name, seeds indented under their group, best values
/// bold, numbers right-aligned.
class TableDataModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void setTable(figures::TableData table);
  const figures::TableData& table() const { return table_; }
  /// Run of a row; 0 for a group.
  std::int64_t runOf(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  figures::TableData table_;
};

}  // namespace lorascope::ui
