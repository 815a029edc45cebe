#include "core/files/torch_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/files/checked_json.h"
#include "core/files/dtype.h"
#include "core/files/pickle_reader.h"
#include "core/files/zip_directory.h"

namespace lorascope::files {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kLargestPickle = 64u << 20;
/// 0x1950a86a20f9469cfc6c, which the older form starts with.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kOldProtocol = 1001;

/// A storage's bytes in the file.
struct StoragePlace {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

}  // namespace

/// Fills a TorchFile from either form.
class TorchFileReader {
 public:
  explicit TorchFileReader(TorchFile& target) : file_(target.file_), target_(target) {}

  void read() {
    if (file_.size() >= 2 && file_.read(0, 2) == "PK") return read_zip();
    if (file_.size() >= 2 && file_.read(0, 1) == "\x80") return read_old();
    refuse("neither a zip archive nor a pickle");
  }

 private:
  [[noreturn]] void refuse(const std::string& found,
                           const std::string& expected = "a file that torch.save wrote") const {
    throw CheckpointError(
        "cannot read " + file_.path().string(),
        Problem{file_.path().string(), found, expected, "the file is damaged, or no state dictionary"});
  }

  void note(const std::string& name, const std::string& found, const std::string& expected) {
    problems_.add(file_.path().string() + ": " + quote(name), found, expected,
                  "the file is damaged: fetch or write it again");
  }

  void read_zip() {
    const auto entries = read_zip_directory(file_);
    const auto pickle = std::find_if(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.first.ends_with("/data.pkl") && std::count(entry.first.begin(), entry.first.end(), '/') == 1;
    });
    if (pickle == entries.end()) refuse("an archive without data.pkl");
    const std::string root = pickle->first.substr(0, pickle->first.find('/') + 1);
    const auto order = entries.find(root + "byteorder");
    if (order != entries.end() &&
        file_.read(order->second.begin, std::min<std::uint64_t>(order->second.size, 16)) != "little") {
      refuse("numbers in another byte order", "little-endian numbers");
    }
    if (pickle->second.size > kLargestPickle) refuse("a data.pkl above 64 MiB");
    for (const auto& [name, entry] : entries) {
      if (name.starts_with(root + "data/")) storages_[name.substr(root.size() + 5)] = {entry.begin, entry.size};
    }
    const std::string bytes = file_.read(pickle->second.begin, pickle->second.size);
    take_tensors(read_pickle(bytes, 0, file_.path().string()));
  }

  void read_old() {
    const std::string bytes = file_.read(0, std::min(file_.size(), kLargestPickle));
    const std::string where = file_.path().string();
    const PickleResult magic = read_pickle(bytes, 0, where);
    const PickleValue& first = magic.value(magic.root);
    if (first.kind != Kind::LongInteger || first.text != kMagic) refuse("a pickle without torch.save's mark");
    const PickleResult protocol = read_pickle(bytes, magic.end, where);
    if (protocol.value(protocol.root).integer != kOldProtocol) refuse("another protocol", "protocol 1001");
    const PickleResult system = read_pickle(bytes, protocol.end, where);
    const PickleResult state = read_pickle(bytes, system.end, where);
    const PickleResult keys = read_pickle(bytes, state.end, where);
    find_old_storages(state, keys);
    take_tensors(state);
  }

  /// Behind the pickles each storage has its number of elements and its bytes, in the order of the list of keys.
  void find_old_storages(const PickleResult& state, const PickleResult& keys) {
    std::map<std::string, std::int64_t> element_bytes;
    for (const PickleValue& value : state.values) {
      if (value.kind == Kind::Storage) element_bytes[value.text] = find_dtype(value.dtype)->size_bytes;
    }
    std::uint64_t position = keys.end;
    for (const PickleId id : keys.value(keys.root).items) {
      const std::string& key = keys.value(id).text;
      const auto known = element_bytes.find(key);
      if (known == element_bytes.end()) refuse("the storage " + quote(key) + " that no tensor has");
      std::int64_t count = 0;
      if (file_.size() - position < sizeof count) refuse("an end before the storage " + quote(key));
      file_.read(&count, position, sizeof count);
      position += sizeof count;
      const std::uint64_t left = file_.size() - position;
      if (count < 0 || static_cast<std::uint64_t>(count) > left / static_cast<std::uint64_t>(known->second)) {
        refuse("an end in the storage " + quote(key));
      }
      storages_[key] = {position, static_cast<std::uint64_t>(count * known->second)};
      position += storages_[key].size;
    }
  }

  void take_tensors(const PickleResult& pickle) {
    const PickleValue& root = pickle.value(pickle.root);
    if (root.kind != Kind::Dictionary) refuse("a value that is no dictionary", "a state dictionary");
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleValue& key = pickle.value(root.items[i]);
      const PickleValue& value = pickle.value(root.items[i + 1]);
      if (key.kind != Kind::Text || value.kind != Kind::Tensor) {
        note(key.text, key.kind == Kind::Text ? "a value that is no tensor" : "a name that is no text",
             "names with tensors");
      } else if (is_sound(key.text, value, pickle.value(value.storage))) {
        take_tensor(key.text, value, pickle.value(value.storage));
      }
    }
    problems_.throw_if_any("cannot read " + file_.path().string());
  }

  /// The last element's place in the storage, counted from the first, or -1 where it does not fit in 63 bits.
  static std::int64_t reach(const PickleValue& tensor) {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
      std::int64_t step = 0;
      const std::int64_t count = std::max<std::int64_t>(tensor.sizes[i] - 1, 0);
      if (__builtin_mul_overflow(count, tensor.strides[i], &step) || __builtin_add_overflow(last, step, &last))
        return -1;
    }
    return last;
  }

  static std::int64_t count_elements(const PickleValue& tensor) {
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.sizes) {
      if (__builtin_mul_overflow(count, size, &count)) return -1;
    }
    return count;
  }

  bool is_sound(const std::string& name, const PickleValue& tensor, const PickleValue& storage) {
    const auto is_negative = [](std::int64_t number) { return number < 0; };
    const bool has_negative = tensor.integer < 0 ||
                              std::any_of(tensor.sizes.begin(), tensor.sizes.end(), is_negative) ||
                              std::any_of(tensor.strides.begin(), tensor.strides.end(), is_negative);
    if (has_negative || tensor.sizes.size() != tensor.strides.size() || tensor.sizes.size() > 16) {
      return note(name,
                  "sizes " + shape_text(tensor.sizes) + ", strides " + shape_text(tensor.strides) + ", offset " +
                      std::to_string(tensor.integer),
                  "as many strides as sizes, none negative, at most 16"),
             false;
    }
    const std::int64_t count = count_elements(tensor);
    const std::int64_t last = reach(tensor);
    const bool is_inside =
        count >= 0 && last >= 0 && count <= storage.integer &&
        (count == 0 || (tensor.integer < storage.integer && last < storage.integer - tensor.integer));
    if (!is_inside) {
      return note(name, "shape " + shape_text(tensor.sizes) + " at element " + std::to_string(tensor.integer),
                  "a place inside its storage of " + std::to_string(storage.integer) + " elements"),
             false;
    }
    const auto place = storages_.find(storage.text);
    const auto element_bytes = static_cast<std::uint64_t>(find_dtype(storage.dtype)->size_bytes);
    const bool is_there = place != storages_.end() && place->second.size % element_bytes == 0 &&
                          place->second.size / element_bytes == static_cast<std::uint64_t>(storage.integer);
    if (is_there) return true;
    return note(name,
                place == storages_.end() ? "no storage " + quote(storage.text)
                                         : "a storage of " + std::to_string(place->second.size) + " bytes",
                std::to_string(storage.integer) + " numbers of type " + storage.dtype),
           false;
  }

  void take_tensor(const std::string& name, const PickleValue& tensor, const PickleValue& storage) {
    if (target_.tensors_.count(name) != 0) return note(name, "the name twice", "every name once");
    const auto element_bytes = static_cast<std::uint64_t>(find_dtype(storage.dtype)->size_bytes);
    const bool is_empty = count_elements(tensor) == 0;
    target_.tensors_[name] = {storage.dtype, tensor.sizes};
    target_.places_[name] = {
        storages_.at(storage.text).begin + static_cast<std::uint64_t>(tensor.integer) * element_bytes,
        is_empty ? 0 : reach(tensor) + 1, tensor.strides};
  }

  const FileBytes& file_;
  TorchFile& target_;
  std::map<std::string, StoragePlace> storages_;
  ProblemList problems_;
};

TorchFile::TorchFile(const std::filesystem::path& path) : file_(path, "a file that torch.save wrote") {
  TorchFileReader(*this).read();
}

at::Tensor TorchFile::load_as_stored(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw CheckpointError("cannot read " + path().string(),
                          Problem{path().string(), "no tensor " + quote(name), "a tensor of that name", ""});
  }
  const Dtype* dtype = find_dtype(found->second.dtype);
  const Place& place = places_.at(name);
  const bool is_boolean = dtype->type == at::kBool;
  const at::Tensor stretch = at::empty({place.num_elements}, is_boolean ? at::kByte : dtype->type);
  file_.read(stretch.data_ptr(), place.begin, static_cast<std::uint64_t>(place.num_elements * dtype->size_bytes));
  if (place.num_elements == 0) return at::empty(found->second.shape, dtype->type);
  const at::Tensor tensor = stretch.as_strided(found->second.shape, place.strides).contiguous();
  return is_boolean ? tensor.ne(0) : tensor;
}

at::Tensor TorchFile::load(const std::string& name) const {
  const at::Tensor stored = load_as_stored(name);
  return stored.to(stored.is_floating_point() ? at::kFloat : at::kLong);
}

}  // namespace lorascope::files
