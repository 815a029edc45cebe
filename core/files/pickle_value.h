#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace lorascope::files {

/// The place of a value in a PickleResult; values refer to each other by it, so that a value that the file shares is
/// one.
using PickleId = std::size_t;

/// One value of a pickle of the few kinds that a state dictionary is made of.
struct PickleValue {
  enum class Kind { None, Boolean, Integer, LongInteger, Real, Text, List, Dictionary, Global, Storage, Tensor, Mark };

  Kind kind = Kind::None;
  std::int64_t integer = 0;  ///< of Boolean and Integer; of Storage its number of elements; of Tensor its offset
  std::string text;  ///< of Text and Global ("torch FloatStorage"); of Storage its key; of LongInteger its bytes
  std::vector<PickleId> items;        ///< of List (lists and tuples); of Dictionary keys and values in turn
  std::string dtype;                  ///< of Storage: "F32", …
  PickleId storage = 0;               ///< of Tensor
  std::vector<std::int64_t> sizes;    ///< of Tensor
  std::vector<std::int64_t> strides;  ///< of Tensor, in elements
};

/// What a pickle holds: its value, every value it refers to, and where the next pickle of the stream starts.
struct PickleResult {
  std::deque<PickleValue> values;
  PickleId root = 0;
  std::size_t end = 0;

  const PickleValue& value(PickleId id) const { return values[id]; }
};

}  // namespace lorascope::files
