#include "ui/plots/figure_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/figures/number_text.h"

namespace lorascope::ui {
namespace {

/// A place in the table's first column: the n-th point at this x.
struct Key {
  double x;
  std::int32_t repetition;
  auto operator<=>(const Key&) const = default;
};

/// Keys of the points of one line in ascending order, and the points' order.
struct Keys {
  std::vector<Key> keys;
  std::vector<std::int32_t> order;
};

Keys keysOf(const std::vector<double>& x) {
  Keys result;
  result.order.resize(x.size());
  std::iota(result.order.begin(), result.order.end(), 0);
  if (!std::is_sorted(x.begin(), x.end())) {
    std::stable_sort(result.order.begin(), result.order.end(), [&](std::int32_t a, std::int32_t b) {
      return x[static_cast<std::size_t>(a)] < x[static_cast<std::size_t>(b)];
    });
  }
  result.keys.reserve(x.size());
  for (const std::int32_t at : result.order) {
    const double value = x[static_cast<std::size_t>(at)];
    const bool again = !result.keys.empty() && result.keys.back().x == value;
    result.keys.push_back({value, again ? result.keys.back().repetition + 1 : 0});
  }
  return result;
}

QString lineName(const figures::Line& line) {
  QString name = QString::fromStdString(line.name);
  if (line.style.role == figures::Role::Raw) name += QStringLiteral(" (raw)");
  return name;
}

}  // namespace

void FigureTable::addColumn(const QString& name, std::vector<double> values) {
  columns_.push_back({name, std::move(values), {}});
}

FigureTable::FigureTable(const figures::FigureData& figure) {
  x_name_ = QString::fromStdString(figure.x.full_label());
  for (const auto& name : figure.x.categories) categories_.push_back(QString::fromStdString(name));
  std::vector<Keys> keys;
  std::vector<std::size_t> keys_of_column;
  for (const auto& line : figure.lines) {
    keys.push_back(keysOf(line.x));
    addColumn(lineName(line), line.y);
    keys_of_column.push_back(keys.size() - 1);
  }
  for (const auto& band : figure.bands) {
    keys.push_back(keysOf(band.x));
    const QString name = QString::fromStdString(band.name);
    addColumn(name + QStringLiteral(", low"), band.low);
    addColumn(name + QStringLiteral(", high"), band.high);
    keys_of_column.insert(keys_of_column.end(), 2, keys.size() - 1);
  }

  std::vector<Key> rows;
  for (const Keys& each : keys) {
    if (each.keys.empty()) continue;
    const auto middle = static_cast<std::ptrdiff_t>(rows.size());
    rows.insert(rows.end(), each.keys.begin(), each.keys.end());
    std::inplace_merge(rows.begin(), rows.begin() + middle, rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }
  for (const Key& key : rows) x_.push_back(key.x);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Keys& own = keys[keys_of_column[c]];
    columns_[c].of_row.assign(rows.size(), -1);
    std::size_t next = 0;
    for (std::size_t row = 0; row < rows.size() && next < own.keys.size(); ++row) {
      if (own.keys[next] == rows[row]) columns_[c].of_row[row] = own.order[next++];
    }
  }
}

QString FigureTable::columnName(int column) const {
  return column == 0 ? x_name_ : columns_[static_cast<std::size_t>(column - 1)].name;
}

bool FigureTable::has(int row, int column) const {
  return column == 0 || columns_[static_cast<std::size_t>(column - 1)].of_row[static_cast<std::size_t>(row)] >= 0;
}

double FigureTable::value(int row, int column) const {
  if (column == 0) return x_[static_cast<std::size_t>(row)];
  const Column& from = columns_[static_cast<std::size_t>(column - 1)];
  return from.values[static_cast<std::size_t>(from.of_row[static_cast<std::size_t>(row)])];
}

QString FigureTable::exactText(int row, int column) const {
  if (!has(row, column)) return {};
  const double number = value(row, column);
  const auto category = static_cast<std::size_t>(number);
  if (column == 0 && number >= 0 && category < categories_.size()) return categories_[category];
  return std::isnan(number) ? QStringLiteral("nan") : QString::fromStdString(figures::exact_number(number));
}

QString FigureTable::tabSeparated(const Part& part) const {
  QString text;
  const auto end = [&part](int column) { return column < part.right ? '\t' : '\n'; };
  for (int column = part.left; column <= part.right; ++column) text += columnName(column) + end(column);
  for (int row = part.top; row <= part.bottom; ++row) {
    for (int column = part.left; column <= part.right; ++column) text += exactText(row, column) + end(column);
  }
  return text;
}

}  // namespace lorascope::ui
