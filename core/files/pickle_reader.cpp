#include "core/files/pickle_reader.h"

#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/files/checked_json.h"
#include "core/files/pickle_objects.h"

namespace lorascope::files {
namespace {

using Kind = PickleValue::Kind;

// Far above any model's; a small file could otherwise ask for all memory.
constexpr std::size_t kMostValues = 1'000'000;
constexpr std::size_t kMostItems = 4'000'000;

/// The opcodes of pickle that occur in state dictionaries (Python's pickletools lists all).
enum Opcode : unsigned char {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kBinFloat = 'G',
  kEmptyList = ']',
  kEmptyTuple = ')',
  kEmptyDict = '}',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

class Reader {
 public:
  Reader(std::string_view bytes, std::size_t begin, const std::string& where)
      : bytes_(bytes), position_(begin), where_(where) {}

  PickleResult read() {
    while (!is_done_) step(static_cast<unsigned char>(take(1).front()));
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw CheckpointError("cannot read " + where_,
                          Problem{where_ + ": byte " + std::to_string(position_), found, expected,
                                  "only plain state dictionaries are read; nothing in the file was run"});
  }

  std::string_view take(std::size_t count) {
    if (count > bytes_.size() - position_) refuse("an end in the middle of a pickle", "a whole one");
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

  /// A little-endian number of `count` bytes.
  std::uint64_t take_number(std::size_t count) {
    std::uint64_t number = 0;
    std::memcpy(&number, take(count).data(), count);
    return number;
  }

  std::string take_line() {
    const std::size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) refuse("an end in the middle of a name", "a line");
    std::string line(take(end - position_));
    ++position_;
    return line;
  }

  void push(PickleValue value) {
    num_items_ += value.items.size();
    if (result_.values.size() >= kMostValues || num_items_ > kMostItems)
      refuse("too many values", "a state dictionary");
    result_.values.push_back(std::move(value));
    stack_.push_back(result_.values.size() - 1);
  }
  void push_kind(Kind kind) {
    PickleValue value;
    value.kind = kind;
    push(std::move(value));
  }
  void push_integer(std::int64_t number, Kind kind = Kind::Integer) {
    PickleValue value;
    value.kind = kind;
    value.integer = number;
    push(std::move(value));
  }
  void push_text(std::string text, Kind kind = Kind::Text) {
    PickleValue value;
    value.kind = kind;
    value.text = std::move(text);
    push(std::move(value));
  }

  PickleId pop() {
    if (stack_.empty()) refuse("an operation without its operands", "a whole pickle");
    const PickleId id = stack_.back();
    stack_.pop_back();
    if (at(id).kind == Kind::Mark) refuse("an operation without its operands", "a whole pickle");
    return id;
  }
  PickleId top() {
    const PickleId id = pop();
    stack_.push_back(id);
    return id;
  }
  PickleValue& at(PickleId id) { return result_.values[id]; }

  /// The values above the last mark.
  std::vector<PickleId> pop_to_mark() {
    std::size_t mark = stack_.size();
    while (mark > 0 && at(stack_[mark - 1]).kind != Kind::Mark) --mark;
    if (mark == 0) refuse("an end of a group without its start", "a whole pickle");
    std::vector<PickleId> items(stack_.begin() + static_cast<std::ptrdiff_t>(mark), stack_.end());
    stack_.resize(mark - 1);
    return items;
  }

  void push_list(std::vector<PickleId> items) {
    PickleValue value;
    value.kind = Kind::List;
    value.items = std::move(items);
    push(std::move(value));
  }
  void push_tuple(std::size_t count) {
    std::vector<PickleId> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_list(std::move(items));
  }

  void add_items(Kind kind, const std::vector<PickleId>& items) {
    PickleValue& target = at(top());
    if (target.kind != kind) refuse("items for a value that takes none", "a list or a dictionary");
    if (kind == Kind::Dictionary && items.size() % 2 != 0) refuse("a key without a value", "pairs");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push_global(const std::string& name) {
    if (!is_known_global(name)) refuse("the name " + quote(name), "the names of a state dictionary");
    push_text(name, Kind::Global);
  }

  void recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) refuse("a reference to a value that is not there", "a whole pickle");
    stack_.push_back(found->second);
  }

  void build_object() {
    const PickleId arguments = pop();
    const PickleId function = pop();
    const auto object = make_object(result_, function, arguments);
    if (!object) refuse("a call of " + quote(at(function).text) + " with other arguments", "a tensor or a dictionary");
    push(*object);
  }

  /// State of an OrderedDict: torch keeps the modules' versions there, which say nothing about tensors.
  void drop_state() {
    pop();
    if (at(top()).kind != Kind::Dictionary) refuse("a state for a value that takes none", "a dictionary");
  }

  void push_persistent() {
    const auto storage = make_storage(result_, pop());
    if (!storage) refuse("a reference that is no storage", "a tensor's storage");
    push(*storage);
  }

  void push_long() {
    const std::string bytes(take(take_number(1)));
    if (bytes.size() > 8) return push_text(bytes, Kind::LongInteger);
    std::int64_t number = !bytes.empty() && (bytes.back() & 0x80) != 0 ? -1 : 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    push_integer(number);
  }

  void step(unsigned char opcode) {
    if (step_value(opcode) || step_structure(opcode)) return;
    refuse("the operation " + std::to_string(opcode), "those of a state dictionary");
  }

  bool step_value(unsigned char opcode) {
    switch (opcode) {
      case kNone:
        return push_kind(Kind::None), true;
      case kNewTrue:
        return push_integer(1, Kind::Boolean), true;
      case kNewFalse:
        return push_integer(0, Kind::Boolean), true;
      case kBinInt:
        return push_integer(static_cast<std::int32_t>(take_number(4))), true;
      case kBinInt1:
        return push_integer(static_cast<std::int64_t>(take_number(1))), true;
      case kBinInt2:
        return push_integer(static_cast<std::int64_t>(take_number(2))), true;
      case kLong1:
        return push_long(), true;
      case kBinFloat:
        return take(8), push_kind(Kind::Real), true;
      case kBinString:
      case kBinUnicode:
        return push_text(std::string(take(take_number(4)))), true;
      case kShortBinString:
      case kShortBinUnicode:
        return push_text(std::string(take(take_number(1)))), true;
      case kEmptyList:
      case kEmptyTuple:
        return push_kind(Kind::List), true;
      case kEmptyDict:
        return push_kind(Kind::Dictionary), true;
      case kTuple1:
        return push_tuple(1), true;
      case kTuple2:
        return push_tuple(2), true;
      case kTuple3:
        return push_tuple(3), true;
      case kTuple:
        return push_list(pop_to_mark()), true;
      case kGlobal:
        return read_global(), true;
      case kStackGlobal:
        return read_stack_global(), true;
      default:
        return false;
    }
  }

  bool step_structure(unsigned char opcode) {
    switch (opcode) {
      case kProto:
        return take(1), true;
      case kFrame:
        return take(8), true;
      case kMark:
        return push_kind(Kind::Mark), true;
      case kBinPut:
        return memo_[take_number(1)] = top(), true;
      case kLongBinPut:
        return memo_[take_number(4)] = top(), true;
      case kMemoize:
        return memo_[memo_.size()] = top(), true;
      case kBinGet:
        return recall(take_number(1)), true;
      case kLongBinGet:
        return recall(take_number(4)), true;
      case kAppend:
        return add_items(Kind::List, {pop()}), true;
      case kAppends:
        return add_items(Kind::List, pop_to_mark()), true;
      case kSetItems:
        return add_items(Kind::Dictionary, pop_to_mark()), true;
      case kSetItem:
        return set_item(), true;
      case kReduce:
        return build_object(), true;
      case kBuild:
        return drop_state(), true;
      case kBinPersId:
        return push_persistent(), true;
      case kStop:
        return stop(), true;
      default:
        return false;
    }
  }

  void read_global() {
    const std::string module = take_line();
    push_global(module + " " + take_line());
  }

  void read_stack_global() {
    const PickleId name = pop();
    const PickleId module = pop();
    push_global(at(module).text + " " + at(name).text);
  }

  void set_item() {
    const PickleId value = pop();
    const PickleId key = pop();
    add_items(Kind::Dictionary, {key, value});
  }

  void stop() {
    result_.root = pop();
    result_.end = position_;
    is_done_ = true;
  }

  std::string_view bytes_;
  std::size_t position_;
  std::string where_;
  PickleResult result_;
  std::vector<PickleId> stack_;
  std::map<std::uint64_t, PickleId> memo_;
  std::size_t num_items_ = 0;
  bool is_done_ = false;
};

}  // namespace

PickleResult read_pickle(std::string_view bytes, std::size_t begin, const std::string& where) {
  return Reader(bytes, begin, where).read();
}

}  // namespace lorascope::files
