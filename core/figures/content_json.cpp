#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/figures/content.h"

namespace lorascope::figures {
namespace {

// Writing and reading go by the same list of members, so that neither forgets one.
class Writer {
 public:
  explicit Writer(Json& json) : json_(json) { json_ = Json::object(); }

  void member(const char* key, const std::vector<double>& values) { json_[key] = values; }
  template <class T>
  void member(const char* key, const std::vector<T>& values);
  template <class T>
  void member(const char* key, const std::optional<T>& value) {
    if (value) member(key, *value);
  }
  template <class T>
  void member(const char* key, const T& value);

 private:
  Json& json_;
};

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <class T>
  void member(const char* key, std::vector<T>& values);
  template <class T>
  void member(const char* key, std::optional<T>& value) {
    if (json_.contains(key)) member(key, value.emplace());
  }
  template <class T>
  void member(const char* key, T& value);

 private:
  const Json& json_;
};

template <class T>
constexpr bool kIsPlain =
    std::is_same_v<T, std::string> || std::is_same_v<T, bool> || std::is_integral_v<T> || std::is_same_v<T, double>;

template <class Visitor, class T>
void members(Visitor& visitor, T& value);

template <class T>
Json to_json_value(const T& value) {
  if constexpr (kIsPlain<T>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<int>(value);
  } else {
    Json json;
    Writer writer(json);
    members(writer, const_cast<T&>(value));
    return json;
  }
}

template <class T>
void from_json_value(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, double>) {
    value = json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
  } else if constexpr (kIsPlain<T>) {
    value = json.get<T>();
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(json.get<int>());
  } else {
    Reader reader(json);
    members(reader, value);
  }
}

template <class T>
void Writer::member(const char* key, const std::vector<T>& values) {
  Json& list = json_[key] = Json::array();
  for (const T& value : values) list.push_back(to_json_value(value));
}

template <class T>
void Writer::member(const char* key, const T& value) {
  json_[key] = to_json_value(value);
}

template <class T>
void Reader::member(const char* key, std::vector<T>& values) {
  values.clear();
  if (!json_.contains(key)) return;
  // get_ref throws where there is no list.
  for (const Json& one : json_.at(key).get_ref<const Json::array_t&>()) from_json_value(one, values.emplace_back());
}

template <class T>
void Reader::member(const char* key, T& value) {
  if (json_.contains(key)) from_json_value(json_.at(key), value);
}

// Rgb's bytes must not become numbers of a list of characters.
template <class Visitor>
void list(Visitor& visitor, Rgb& colour) {
  visitor.member("red", colour.red);
  visitor.member("green", colour.green);
  visitor.member("blue", colour.blue);
}

template <class Visitor>
void list(Visitor& visitor, Axis& axis) {
  visitor.member("label", axis.label);
  visitor.member("unit", axis.unit);
  visitor.member("log", axis.log);
  visitor.member("whole_numbers", axis.whole_numbers);
  visitor.member("categories", axis.categories);
  visitor.member("minimum", axis.minimum);
  visitor.member("maximum", axis.maximum);
}

template <class Visitor>
void list(Visitor& visitor, LineStyle& style) {
  visitor.member("method", style.method);
  visitor.member("variation", style.variation);
  visitor.member("num_variations", style.num_variations);
  visitor.member("role", style.role);
  visitor.member("markers", style.markers);
  visitor.member("colour", style.colour);
  visitor.member("dash", style.dash);
}

template <class Visitor>
void list(Visitor& visitor, Line& line) {
  visitor.member("name", line.name);
  visitor.member("x", line.x);
  visitor.member("y", line.y);
  visitor.member("style", line.style);
  visitor.member("shape", line.shape);
  visitor.member("run_id", line.run_id);
}

template <class Visitor>
void list(Visitor& visitor, Band& band) {
  visitor.member("name", band.name);
  visitor.member("x", band.x);
  visitor.member("low", band.low);
  visitor.member("high", band.high);
  visitor.member("style", band.style);
}

template <class Visitor>
void list(Visitor& visitor, ReferenceLine& reference) {
  visitor.member("vertical", reference.vertical);
  visitor.member("value", reference.value);
  visitor.member("label", reference.label);
  visitor.member("style", reference.style);
}

template <class Visitor>
void list(Visitor& visitor, FigureData& figure) {
  visitor.member("title", figure.title);
  visitor.member("note", figure.note);
  visitor.member("x", figure.x);
  visitor.member("y", figure.y);
  visitor.member("bands", figure.bands);
  visitor.member("lines", figure.lines);
  visitor.member("references", figure.references);
  visitor.member("empty_reason", figure.empty_reason);
}

template <class Visitor>
void list(Visitor& visitor, HeatMapData& map) {
  visitor.member("title", map.title);
  visitor.member("note", map.note);
  visitor.member("row_label", map.row_label);
  visitor.member("column_label", map.column_label);
  visitor.member("rows", map.rows);
  visitor.member("columns", map.columns);
  visitor.member("values", map.values);
  visitor.member("unit", map.unit);
  visitor.member("diverging", map.diverging);
}

template <class Visitor>
void list(Visitor& visitor, ParallelAxis& axis) {
  visitor.member("label", axis.label);
  visitor.member("categories", axis.categories);
  visitor.member("low", axis.low);
  visitor.member("high", axis.high);
  visitor.member("log", axis.log);
}

template <class Visitor>
void list(Visitor& visitor, ParallelLine& line) {
  visitor.member("name", line.name);
  visitor.member("values", line.values);
  visitor.member("style", line.style);
  visitor.member("run_id", line.run_id);
}

template <class Visitor>
void list(Visitor& visitor, ParallelData& data) {
  visitor.member("title", data.title);
  visitor.member("note", data.note);
  visitor.member("axes", data.axes);
  visitor.member("lines", data.lines);
}

template <class Visitor>
void list(Visitor& visitor, TableColumn& column) {
  visitor.member("name", column.name);
  visitor.member("unit", column.unit);
  visitor.member("align", column.align);
  visitor.member("digits", column.digits);
  visitor.member("better", column.better);
}

template <class Visitor>
void list(Visitor& visitor, TableCell& cell) {
  visitor.member("text", cell.text);
  visitor.member("value", cell.value);
  visitor.member("spread", cell.spread);
  visitor.member("best", cell.best);
  visitor.member("mark", cell.mark);
}

template <class Visitor>
void list(Visitor& visitor, TableRow& row) {
  visitor.member("cells", row.cells);
  visitor.member("level", row.level);
  visitor.member("method", row.method);
  visitor.member("run_id", row.run_id);
}

template <class Visitor>
void list(Visitor& visitor, TableData& table) {
  visitor.member("title", table.title);
  visitor.member("note", table.note);
  visitor.member("columns", table.columns);
  visitor.member("rows", table.rows);
}

template <class Visitor, class T>
void members(Visitor& visitor, T& value) {
  list(visitor, value);
}

StoreError unreadable(const std::string& found, const std::string& expected) {
  return StoreError("cannot read a stored figure", Problem{"content", found, expected, "pin it again"});
}

constexpr const char* kKinds[] = {"figure", "heat map", "parallel", "table"};

// What a hand-edited or foreign row may lack: lists that belong together must be equally long.
bool is_sound(const TableData& table) {
  for (const TableRow& row : table.rows) {
    if (row.cells.size() != table.columns.size()) return false;
  }
  return true;
}
bool is_sound(const HeatMapData& map) {
  return map.values.size() == map.rows.size() * map.columns.size();
}
bool is_sound(const ParallelData& data) {
  for (const ParallelLine& line : data.lines) {
    if (line.values.size() != data.axes.size()) return false;
  }
  return true;
}
bool is_sound(const FigureData& figure) {
  for (const Line& line : figure.lines) {
    if (line.x.size() != line.y.size()) return false;
  }
  return true;
}

template <class T>
Content read(const Json& json) {
  T value;
  from_json_value(json, value);
  if (!is_sound(value)) throw unreadable("lists of different lengths", "lists of one length");
  return value;
}

}  // namespace

std::string content_json(const Content& content) {
  Json json = std::visit([](const auto& one) { return to_json_value(one); }, content);
  json["content"] = kKinds[content.index()];
  return json.dump();
}

Content content_from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  const std::string kind = json.is_object() && json.contains("content") ? json.value("content", "") : "";
  try {
    if (kind == kKinds[0]) return read<FigureData>(json);
    if (kind == kKinds[1]) return read<HeatMapData>(json);
    if (kind == kKinds[2]) return read<ParallelData>(json);
    if (kind == kKinds[3]) return read<TableData>(json);
  } catch (const Json::exception& problem) {
    throw unreadable(problem.what(), "the members of a figure");
  }
  throw unreadable("the kind \"" + kind + "\"", "figure, heat map, parallel or table");
}

}  // namespace lorascope::figures
