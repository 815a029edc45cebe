#include "core/files/zip_directory.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "core/base/error.h"
#include "core/files/checked_json.h"

namespace lorascope::files {
namespace {

constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEntryBytes = 46;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kLocator64Bytes = 20;
constexpr std::uint64_t kLongestComment = 65535;
constexpr std::uint64_t kLargestDirectory = 64u << 20;
constexpr std::uint32_t kSee64 = 0xffffffff;

template <typename Number>
Number number_at(std::string_view bytes, std::size_t offset) {
  Number number = 0;
  if (offset + sizeof number <= bytes.size()) std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

struct DirectoryPlace {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

class DirectoryReader {
 public:
  explicit DirectoryReader(const FileBytes& file) : file_(file) {}

  std::map<std::string, ZipEntry> read() {
    const DirectoryPlace place = find_directory();
    const std::string directory = file_.read(place.begin, place.size);
    std::map<std::string, ZipEntry> entries;
    for (std::size_t at = 0; at < directory.size();) at = read_entry(directory, at, entries);
    return entries;
  }

 private:
  [[noreturn]] void refuse(const std::string& found) const {
    throw CheckpointError("cannot read " + file_.path().string(),
                          Problem{file_.path().string(), found, "a whole archive as torch.save writes it",
                                  "the file is damaged: fetch or write it again"});
  }

  DirectoryPlace find_directory() const {
    const std::uint64_t tail_bytes = std::min(file_.size(), kEndBytes + kLongestComment);
    const std::string tail = file_.read(file_.size() - tail_bytes, tail_bytes);
    for (std::size_t at = tail.size() >= kEndBytes ? tail.size() - kEndBytes + 1 : 0; at-- > 0;) {
      if (number_at<std::uint32_t>(tail, at) != kEndSignature) continue;
      DirectoryPlace place{number_at<std::uint32_t>(tail, at + 16), number_at<std::uint32_t>(tail, at + 12)};
      if (place.begin == kSee64 || place.size == kSee64) place = find_directory64(file_.size() - tail_bytes + at);
      if (place.size > kLargestDirectory || place.size > file_.size() || place.begin > file_.size() - place.size) {
        refuse("a directory behind the end of the archive");
      }
      return place;
    }
    refuse("an archive without its directory");
  }

  DirectoryPlace find_directory64(std::uint64_t end) const {
    if (end < kLocator64Bytes) refuse("an archive without its directory");
    const std::string locator = file_.read(end - kLocator64Bytes, kLocator64Bytes);
    const auto at = number_at<std::uint64_t>(locator, 8);
    constexpr std::uint64_t kRecordBytes = 56;
    if (number_at<std::uint32_t>(locator, 0) != kLocator64Signature || file_.size() < kRecordBytes ||
        at > file_.size() - kRecordBytes) {
      refuse("an archive without its directory");
    }
    const std::string record = file_.read(at, kRecordBytes);
    if (number_at<std::uint32_t>(record, 0) != kEnd64Signature) refuse("an archive without its directory");
    return {number_at<std::uint64_t>(record, 48), number_at<std::uint64_t>(record, 40)};
  }

  /// Reads the entry at `at` and returns where the next one starts.
  std::size_t read_entry(const std::string& directory, std::size_t at, std::map<std::string, ZipEntry>& entries) {
    const std::string_view bytes = std::string_view(directory).substr(at);
    if (bytes.size() < kEntryBytes || number_at<std::uint32_t>(bytes, 0) != kEntrySignature) {
      refuse("a damaged directory");
    }
    const std::size_t name_bytes = number_at<std::uint16_t>(bytes, 28);
    const std::size_t extra_bytes = number_at<std::uint16_t>(bytes, 30);
    const std::size_t entry_bytes = kEntryBytes + name_bytes + extra_bytes + number_at<std::uint16_t>(bytes, 32);
    if (bytes.size() < entry_bytes) refuse("a damaged directory");
    const std::string name(bytes.substr(kEntryBytes, name_bytes));
    const bool is_encrypted = (number_at<std::uint16_t>(bytes, 8) & 1) != 0;
    if (is_encrypted || number_at<std::uint16_t>(bytes, 10) != 0) refuse("the compressed entry " + quote(name));
    ZipEntry entry{number_at<std::uint32_t>(bytes, 42), number_at<std::uint32_t>(bytes, 24)};
    read_extra64(bytes.substr(kEntryBytes + name_bytes, extra_bytes), entry);
    entry.begin = data_begin(entry, name);
    if (!entries.emplace(name, entry).second) refuse("the entry " + quote(name) + " twice");
    return at + entry_bytes;
  }

  /// Sizes and places that do not fit in 32 bits stand in an extra field, each one only where it is needed.
  static void read_extra64(std::string_view extra, ZipEntry& entry) {
    const bool is_size_there = entry.size == kSee64;
    const bool is_begin_there = entry.begin == kSee64;
    while (extra.size() >= 4) {
      const std::size_t field_bytes = std::min<std::size_t>(number_at<std::uint16_t>(extra, 2), extra.size() - 4);
      const std::string_view field = extra.substr(4, field_bytes);
      if (number_at<std::uint16_t>(extra, 0) == 1) {
        // Size, compressed size (the same here), place.
        if (is_size_there) entry.size = number_at<std::uint64_t>(field, 0);
        if (is_begin_there) entry.begin = number_at<std::uint64_t>(field, is_size_there ? 16 : 0);
      }
      extra.remove_prefix(4 + field_bytes);
    }
  }

  std::uint64_t data_begin(const ZipEntry& entry, const std::string& name) const {
    if (file_.size() < kLocalBytes || entry.begin > file_.size() - kLocalBytes) {
      refuse("the entry " + quote(name) + " behind the end");
    }
    const std::string local = file_.read(entry.begin, kLocalBytes);
    if (number_at<std::uint32_t>(local, 0) != kLocalSignature) refuse("a damaged entry " + quote(name));
    const std::uint64_t begin =
        entry.begin + kLocalBytes + number_at<std::uint16_t>(local, 26) + number_at<std::uint16_t>(local, 28);
    if (begin > file_.size() || entry.size > file_.size() - begin)
      refuse("the entry " + quote(name) + " behind the end");
    return begin;
  }

  const FileBytes& file_;
};

}  // namespace

std::map<std::string, ZipEntry> read_zip_directory(const FileBytes& file) {
  return DirectoryReader(file).read();
}

}  // namespace lorascope::files
