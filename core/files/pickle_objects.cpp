#include "core/files/pickle_objects.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lorascope::files {
namespace {

using Kind = PickleValue::Kind;

constexpr const char* kDictionary = "collections OrderedDict";
constexpr const char* kTensor = "torch._utils _rebuild_tensor_v2";
constexpr const char* kOldTensor = "torch._utils _rebuild_tensor";
constexpr const char* kParameter = "torch._utils _rebuild_parameter";

constexpr std::array<std::pair<const char*, const char*>, 10> kStorages = {{
    {"torch DoubleStorage", "F64"},
    {"torch FloatStorage", "F32"},
    {"torch HalfStorage", "F16"},
    {"torch BFloat16Storage", "BF16"},
    {"torch LongStorage", "I64"},
    {"torch IntStorage", "I32"},
    {"torch ShortStorage", "I16"},
    {"torch CharStorage", "I8"},
    {"torch ByteStorage", "U8"},
    {"torch BoolStorage", "BOOL"},
}};

const char* storage_dtype(const std::string& name) {
  const auto* found =
      std::find_if(kStorages.begin(), kStorages.end(), [&](const auto& entry) { return name == entry.first; });
  return found == kStorages.end() ? nullptr : found->second;
}

bool take_numbers(const PickleResult& pickle, PickleId id, std::vector<std::int64_t>& numbers) {
  const PickleValue& list = pickle.value(id);
  constexpr std::size_t kMostDimensions = 64;
  if (list.kind != Kind::List || list.items.size() > kMostDimensions) return false;
  for (const PickleId item : list.items) {
    if (pickle.value(item).kind != Kind::Integer) return false;
    numbers.push_back(pickle.value(item).integer);
  }
  return true;
}

/// (storage, offset, sizes, strides, …)
std::optional<PickleValue> make_tensor(const PickleResult& pickle, const std::vector<PickleId>& arguments) {
  if (arguments.size() < 4 || pickle.value(arguments[0]).kind != Kind::Storage ||
      pickle.value(arguments[1]).kind != Kind::Integer) {
    return std::nullopt;
  }
  PickleValue tensor;
  tensor.kind = Kind::Tensor;
  tensor.storage = arguments[0];
  tensor.integer = pickle.value(arguments[1]).integer;
  const bool is_whole =
      take_numbers(pickle, arguments[2], tensor.sizes) && take_numbers(pickle, arguments[3], tensor.strides);
  return is_whole ? std::optional(tensor) : std::nullopt;
}

/// () or ([(key, value), …])
std::optional<PickleValue> make_dictionary(const PickleResult& pickle, const std::vector<PickleId>& arguments) {
  PickleValue dictionary;
  dictionary.kind = Kind::Dictionary;
  if (arguments.empty()) return dictionary;
  if (arguments.size() != 1 || pickle.value(arguments[0]).kind != Kind::List) return std::nullopt;
  for (const PickleId pair : pickle.value(arguments[0]).items) {
    const PickleValue& value = pickle.value(pair);
    if (value.kind != Kind::List || value.items.size() != 2) return std::nullopt;
    dictionary.items.insert(dictionary.items.end(), value.items.begin(), value.items.end());
  }
  return dictionary;
}

}  // namespace

bool is_known_global(const std::string& name) {
  return name == kDictionary || name == kTensor || name == kOldTensor || name == kParameter ||
         storage_dtype(name) != nullptr;
}

std::optional<PickleValue> make_object(const PickleResult& pickle, PickleId function, PickleId arguments) {
  const PickleValue& callee = pickle.value(function);
  const PickleValue& tuple = pickle.value(arguments);
  if (callee.kind != Kind::Global || tuple.kind != Kind::List) return std::nullopt;
  if (callee.text == kDictionary) return make_dictionary(pickle, tuple.items);
  if (callee.text == kTensor || callee.text == kOldTensor) return make_tensor(pickle, tuple.items);
  const bool is_parameter =
      callee.text == kParameter && !tuple.items.empty() && pickle.value(tuple.items[0]).kind == Kind::Tensor;
  return is_parameter ? std::optional(pickle.value(tuple.items[0])) : std::nullopt;
}

std::optional<PickleValue> make_storage(const PickleResult& pickle, PickleId id) {
  const PickleValue& tuple = pickle.value(id);
  if (tuple.kind != Kind::List || tuple.items.size() < 5) return std::nullopt;
  const auto item = [&](std::size_t index) -> const PickleValue& { return pickle.value(tuple.items[index]); };
  const char* dtype = item(1).kind == Kind::Global ? storage_dtype(item(1).text) : nullptr;
  const bool is_view =
      tuple.items.size() > 5 && item(5).kind != Kind::None;  // a kind of storage nobody writes any more
  if (item(0).text != "storage" || dtype == nullptr || item(2).kind != Kind::Text || item(4).kind != Kind::Integer ||
      item(4).integer < 0 || is_view) {
    return std::nullopt;
  }
  PickleValue storage;
  storage.kind = Kind::Storage;
  storage.dtype = dtype;
  storage.text = item(2).text;
  storage.integer = item(4).integer;
  return storage;
}

}  // namespace lorascope::files
