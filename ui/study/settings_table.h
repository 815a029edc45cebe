#pragma once

#include <QAbstractTableModel>
#include <map>
#include <string>
#include <vector>

#include "core/study/settings_fields.h"

namespace lorascope::ui {

/// All settings of a study as rows of key, value and what is allowed; values are edited in place, changed ones are
/// bold, an emptied value goes back to the default. Values are TOML.
class SettingsTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Key, Value, Allowed, NumColumns };

  explicit SettingsTable(QObject* parent = nullptr);

  void setValues(const std::map<std::string, std::string>& values);
  const std::map<std::string, std::string>& values() const { return values_; }
  const std::string& keyAt(int row) const { return keys_[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

 Q_SIGNALS:
  void valuesChanged();

 private:
  std::vector<std::string> keys_;
  std::map<std::string, std::string> values_;  ///< changed ones only
};

}  // namespace lorascope::ui
