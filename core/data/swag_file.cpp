#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/csv.h"
#include "core/data/csv_table.h"
#include "core/data/data_problems.h"
#include "core/data/json_content.h"
#include "core/data/swag.h"
#include "core/data/swag_reader.h"

namespace lorascope::data {
namespace {

constexpr const char* kLabelRange = "0 to 3, or nothing where it is unknown";

std::string ending_name(int number) {
  return "ending" + std::to_string(number);
}

/// "2" to 2; "" and "-1" to -1; anything else to nothing.
std::optional<int> label_of(std::string_view text) {
  if (text.empty() || text == "-1") return -1;
  int label = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
  if (error != std::errc() || end != text.data() + text.size() || label < 0 || label >= kNumEndings)
    return std::nullopt;
  return label;
}

/// Puts the right ending of a "full" row among the wrong ones, at a place that is spread evenly over the rows.
void place_endings(std::size_t number, const std::string& gold, const std::array<std::string, 3>& wrong, SwagRow& row) {
  row.label = static_cast<int>(number % kNumEndings);
  std::size_t next = 0;
  for (int i = 0; i < kNumEndings; ++i) {
    row.endings[static_cast<std::size_t>(i)] = i == row.label ? gold : wrong[next++];
  }
}

class CsvReader {
 public:
  CsvReader(std::string_view content, DataProblems& problems) : table_(content, problems), problems_(problems) {}

  std::vector<SwagRow> read() {
    const bool is_full = table_.column("gold-ending").has_value();
    if (!has_columns(is_full)) return {};
    std::vector<SwagRow> rows;
    for (const CsvRow& line : table_.rows()) {
      SwagRow row;
      row.line = line.line;
      row.video_id = field(line, "video-id");
      row.fold_ind = field(line, "fold-ind");
      row.gold_source = field(line, "gold-source");
      row.sent1 = field(line, "sent1");
      row.sent2 = field(line, "sent2");
      if (is_full) {
        place_endings(rows.size(), field(line, "gold-ending"),
                      {field(line, "distractor-0"), field(line, "distractor-1"), field(line, "distractor-2")}, row);
      } else if (!add_endings(line, row)) {
        continue;
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool has_columns(bool is_full) {
    std::string missing;
    const auto need = [&](const std::string& name) {
      if (!table_.column(name)) missing += (missing.empty() ? "" : ", ") + name;
    };
    for (const char* name : {"sent1", "sent2"}) need(name);
    for (int i = 0; i < kNumEndings - 1; ++i) need(is_full ? "distractor-" + std::to_string(i) : ending_name(i));
    if (!is_full) need(ending_name(kNumEndings - 1));
    if (missing.empty()) return true;
    problems_.add(1, "no column " + missing, "a header with sent1, sent2, ending0 to ending3 and label",
                  "the \"full\" layout has gold-ending and distractor-0 to distractor-2 instead");
    return false;
  }

  bool add_endings(const CsvRow& line, SwagRow& row) {
    for (int i = 0; i < kNumEndings; ++i) row.endings[static_cast<std::size_t>(i)] = field(line, ending_name(i));
    const std::string text = field(line, "label");
    const std::optional<int> label = label_of(text);
    if (!label) problems_.add_key(line.line, "label", shown(std::string_view(text)), kLabelRange);
    row.label = label.value_or(-1);
    return label.has_value();
  }

  std::string field(const CsvRow& line, std::string_view name) const {
    const std::optional<std::size_t> column = table_.column(name);
    return column ? line.fields[*column] : std::string();
  }

  CsvTable table_;
  DataProblems& problems_;
};

class JsonReader {
 public:
  explicit JsonReader(DataProblems& problems) : problems_(problems) {}

  std::vector<SwagRow> read(std::string_view content) {
    JsonContent json = parse_json(content, problems_);
    if (json.document.is_array()) json.rows = JsonContent::rows_of(json.document, "");
    if (json.document.is_object() && json.document.contains("data")) {
      json.rows = JsonContent::rows_of(json.document["data"], "data");
    } else if (json.document.is_object()) {
      json.rows.push_back({std::move(json.document), 1, ""});
    }
    for (const JsonRow& row : json.rows) add(row);
    return std::move(rows_);
  }

 private:
  void add(const JsonRow& json) {
    if (!json.value.is_object()) return problems_.add_key(json.line, json.path, shown(json.value), "an object");
    SwagRow row;
    row.line = json.line;
    const bool is_hellaswag = json.value.contains("ctx_a") || json.value.contains("ctx");
    const bool has_parts = json.value.contains("ctx_a");
    bool is_good = true;
    const auto read = [&](const char* key, bool is_required, std::string& target) {
      const auto found = json.value.find(key);
      const bool is_absent = found == json.value.end() || found->is_null();
      if (!is_absent && found->is_string()) {
        target = found->get<std::string>();
      } else if (!is_absent || is_required) {
        problems_.add_key(json.line, json.at(key), is_absent ? "nothing" : shown(*found), "a text");
        is_good = false;
      }
    };
    read(is_hellaswag ? (has_parts ? "ctx_a" : "ctx") : "sent1", true, row.sent1);
    read(is_hellaswag ? "ctx_b" : "sent2", !is_hellaswag, row.sent2);
    read("video-id", false, row.video_id);
    read("gold-source", false, row.gold_source);
    if (json.value.contains("endings")) {
      is_good = add_list(json, row) && is_good;
    } else {
      for (int i = 0; i < kNumEndings; ++i) {
        read(ending_name(i).c_str(), true, row.endings[static_cast<std::size_t>(i)]);
      }
    }
    is_good = add_label(json, row) && is_good;
    if (is_good) rows_.push_back(std::move(row));
  }

  bool add_list(const JsonRow& json, SwagRow& row) {
    const Json& list = json.value["endings"];
    if (!list.is_array() || list.size() != kNumEndings) {
      problems_.add_key(json.line, json.at("endings"),
                        list.is_array() ? std::to_string(list.size()) + " endings" : shown(list), "a list of 4 texts");
      return false;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!list[i].is_string()) {
        problems_.add_key(json.line, json.at("endings[" + std::to_string(i) + "]"), shown(list[i]), "a text");
        return false;
      }
      row.endings[i] = list[i].get<std::string>();
    }
    return true;
  }

  bool add_label(const JsonRow& json, SwagRow& row) {
    const auto found = json.value.find("label");
    if (found == json.value.end() || found->is_null()) return true;
    std::optional<int> label;
    if (found->is_string()) label = label_of(found->get_ref<const std::string&>());
    if (found->is_number_integer() && *found >= -1 && *found < kNumEndings) label = found->get<int>();
    if (!label) problems_.add_key(json.line, json.at("label"), shown(*found), kLabelRange);
    row.label = label.value_or(-1);
    return label.has_value();
  }

  DataProblems& problems_;
  std::vector<SwagRow> rows_;
};

}  // namespace

std::vector<SwagRow> read_swag_file(const std::filesystem::path& file, DataProblems& problems) {
  const std::string content = read_data_file(file);
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && (content[first] == '{' || content[first] == '[');
  std::vector<SwagRow> rows = is_json ? JsonReader(problems).read(content) : CsvReader(content, problems).read();
  if (rows.empty() && problems.empty())
    problems.add(0, content.empty() ? "an empty file" : "no row", "at least one row");
  return rows;
}

std::vector<SwagRow> read_swag(const std::filesystem::path& file) {
  DataProblems problems(file);
  std::vector<SwagRow> rows = read_swag_file(file, problems);
  problems.throw_if_any();
  return rows;
}

std::string swag_csv(std::span<const SwagRow> rows) {
  std::string text = ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SwagRow& row = rows[i];
    const std::string start = row.sent1 + (row.sent1.empty() || row.sent2.empty() ? "" : " ") + row.sent2;
    text += std::to_string(i);
    for (const std::string* field : {&row.video_id, &row.fold_ind, &start, &row.sent1, &row.sent2, &row.gold_source}) {
      text += ',' + csv_field(*field);
    }
    for (const std::string& ending : row.endings) text += ',' + csv_field(ending);
    text += ',' + (row.label < 0 ? std::string() : std::to_string(row.label)) + '\n';
  }
  return text;
}

}  // namespace lorascope::data
