#include "core/files/safetensors_header.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/files/checked_json.h"
#include "core/files/dtype.h"

namespace lorascope::files {
namespace {

constexpr std::size_t kMaxDimensions = 16;
constexpr std::uint64_t kMaxExtent = std::uint64_t{1} << 48;

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
};

std::string range_text(std::uint64_t begin, std::uint64_t end) {
  return "bytes " + std::to_string(begin) + " to " + std::to_string(end);
}

/// Reads the entries one after the other and notes what is wrong with each.
class HeaderReader {
 public:
  HeaderReader(std::uint64_t data_bytes, const std::string& where) : data_bytes_(data_bytes), where_(where) {}

  SafetensorsHeader read(const Json& root) {
    for (const auto& [name, entry] : root.items()) {
      if (name == "__metadata__") {
        read_metadata(entry);
      } else {
        read_entry(name, entry);
      }
    }
    problems_.throw_if_any("cannot read " + where_);
    check_coverage();
    problems_.throw_if_any("cannot read " + where_);
    return std::move(header_);
  }

 private:
  void note(const std::string& name, const std::string& found, const std::string& expected) {
    problems_.add(where_ + ": " + quote(name), found, expected, "the file is damaged: fetch or write it again");
  }

  void read_metadata(const Json& entry) {
    if (!entry.is_object()) return note("__metadata__", described(entry), "an object of texts");
    for (const auto& [key, value] : entry.items()) {
      if (value.is_string()) {
        header_.metadata[key] = value.get<std::string>();
      } else {
        note("__metadata__", "a value under " + quote(key) + " that is no text", "an object of texts");
      }
    }
  }

  void read_entry(const std::string& name, const Json& entry) {
    if (!entry.is_object()) return note(name, described(entry), "an object with dtype, shape and data_offsets");
    const Dtype* dtype = read_dtype(name, entry);
    const auto shape = read_numbers(name, entry, "shape", kMaxExtent);
    const auto offsets = read_numbers(name, entry, "data_offsets", data_bytes_);
    if (dtype == nullptr || !shape || !offsets) return;
    if (shape->size() > kMaxDimensions) return note(name, std::to_string(shape->size()) + " dimensions", "at most 16");
    if (offsets->size() != 2 || (*offsets)[0] > (*offsets)[1]) {
      return note(name, "data_offsets " + entry.at("data_offsets").dump(),
                  "two numbers, the first not the greater one");
    }
    const std::uint64_t size = (*offsets)[1] - (*offsets)[0];
    const auto needed = bytes_needed(*shape, dtype->size_bytes);
    const TensorInfo info{dtype->name, {shape->begin(), shape->end()}};
    if (!needed || *needed != size) {
      return note(name, std::to_string(size) + " bytes for " + info.dtype + " " + shape_text(info.shape),
                  needed ? std::to_string(*needed) + " bytes" : "a shape whose size fits in 63 bits");
    }
    header_.tensors[name] = info;
    header_.offsets[name] = (*offsets)[0];
    ranges_.push_back({(*offsets)[0], (*offsets)[1], name});
  }

  const Dtype* read_dtype(const std::string& name, const Json& entry) {
    const auto value = entry.find("dtype");
    const bool is_text = value != entry.end() && value->is_string();
    const Dtype* dtype = is_text ? find_dtype(value->get<std::string>()) : nullptr;
    if (dtype == nullptr) {
      note(name, value == entry.end() ? "no dtype" : "dtype " + described(*value),
           "one of F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U8 U16 U32 BOOL");
    }
    return dtype;
  }

  std::optional<std::vector<std::uint64_t>> read_numbers(const std::string& name, const Json& entry, const char* key,
                                                         std::uint64_t high) {
    const std::string expected = "a list of whole numbers from 0 to " + std::to_string(high);
    const auto value = entry.find(key);
    if (value == entry.end() || !value->is_array()) {
      note(name, value == entry.end() ? "no " + std::string(key) : std::string(key) + " " + described(*value),
           expected);
      return std::nullopt;
    }
    std::vector<std::uint64_t> numbers;
    for (const Json& item : *value) {
      if (!item.is_number_unsigned() || item.get<std::uint64_t>() > high) {
        note(name, std::string(key) + " with " + described(item), expected);
        return std::nullopt;
      }
      numbers.push_back(item.get<std::uint64_t>());
    }
    return numbers;
  }

  /// Nothing where the product does not fit, zero extents counted as one so that strides cannot overflow either.
  static std::optional<std::uint64_t> bytes_needed(const std::vector<std::uint64_t>& shape,
                                                   std::int64_t element_bytes) {
    std::int64_t product = element_bytes;
    bool is_empty = false;
    for (const std::uint64_t extent : shape) {
      is_empty = is_empty || extent == 0;
      const auto factor = static_cast<std::int64_t>(std::max<std::uint64_t>(extent, 1));
      if (__builtin_mul_overflow(product, factor, &product)) return std::nullopt;
    }
    return is_empty ? 0 : static_cast<std::uint64_t>(product);
  }

  void check_coverage() {
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& left, const Range& right) {
      return std::pair(left.begin, left.end) < std::pair(right.begin, right.end);
    });
    std::uint64_t reached = 0;
    for (const Range& range : ranges_) {
      if (range.begin != reached) {
        note(range.name,
             range_text(range.begin, range.end) + (range.begin < reached ? ", an overlap" : ", after a hole"),
             "a start at byte " + std::to_string(reached));
      }
      reached = std::max(reached, range.end);
    }
    if (reached != data_bytes_) {
      problems_.add(where_, std::to_string(data_bytes_) + " bytes of tensors",
                    "the " + std::to_string(reached) + " bytes that the header describes",
                    "the file is damaged: fetch or write it again");
    }
  }

  std::uint64_t data_bytes_;
  std::string where_;
  SafetensorsHeader header_;
  std::vector<Range> ranges_;
  ProblemList problems_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::string& json, std::uint64_t data_bytes,
                                           const std::string& where) {
  if (json.empty() || json.front() != '{') {
    throw CheckpointError("cannot read " + where, Problem{where, "a header that does not start with {", "a JSON object",
                                                          "this is no safetensors file, or a damaged one"});
  }
  return HeaderReader(data_bytes, where).read(parse_checked_sorted(json, where + " (header)"));
}

}  // namespace lorascope::files
