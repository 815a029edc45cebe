#include "ui/study/settings_table.h"

#include <set>

#include "ui/study/study_draft.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// What the editor has fields of its own for.
const std::set<std::string>& elsewhere() {
  static const std::set<std::string> keys = {"name",      "group",     "task",   "model",         "data.train",
                                             "data.eval", "data.test", "method", "training.seed", "export_folder"};
  return keys;
}

QString defaultOf(const std::string& key) {
  static const study::RunSettings defaults;
  const Json value = study::find_field(key)->get(defaults);
  const QString text = QString::fromStdString(study::value_text(value));
  return text.isEmpty() ? QStringLiteral("none") : text;
}

}  // namespace

SettingsTable::SettingsTable(QObject* parent) : QAbstractTableModel(parent) {
  for (const study::SettingsField& field : study::settings_fields()) {
    if (!elsewhere().contains(field.key)) keys_.push_back(field.key);
  }
}

void SettingsTable::setValues(const std::map<std::string, std::string>& values) {
  if (values == values_) return;
  beginResetModel();
  values_ = values;
  endResetModel();
}

int SettingsTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(keys_.size());
}

int SettingsTable::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : NumColumns;
}

QVariant SettingsTable::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const std::string& key = keyAt(index.row());
  const auto changed = values_.find(key);
  switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
      if (index.column() == Key) return QString::fromStdString(key);
      if (index.column() == Allowed) return QString::fromStdString(study::find_field(key)->allowed);
      return changed != values_.end() ? QString::fromStdString(changed->second) : defaultOf(key);
    case Qt::FontRole: {
      QFont font = index.column() == Allowed ? captionFont() : bodyFont();
      if (changed != values_.end() && index.column() != Allowed) font.setWeight(QFont::DemiBold);
      return font;
    }
    case Qt::ForegroundRole:
      return changed == values_.end() && index.column() != Key ? QVariant(coloursOf(nullptr).secondary) : QVariant();
    case Qt::ToolTipRole:
      return helpSummary(QString::fromStdString(key));
    default:
      return {};
  }
}

bool SettingsTable::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::EditRole || index.column() != Value) return false;
  const std::string& key = keyAt(index.row());
  const QString typed = value.toString().trimmed();
  if (typed.isEmpty() || typed == defaultOf(key)) {
    values_.erase(key);
  } else {
    values_[key] = tomlValue(typed);
  }
  Q_EMIT dataChanged(index.siblingAtColumn(0), index.siblingAtColumn(NumColumns - 1));
  Q_EMIT valuesChanged();
  return true;
}

QVariant SettingsTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == Key ? tr("setting") : section == Value ? tr("value") : tr("allowed");
}

Qt::ItemFlags SettingsTable::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  return index.column() == Value ? flags | Qt::ItemIsEditable : flags;
}

}  // namespace lorascope::ui
