#include "core/tasks/gate_inputs.h"

#include <ATen/ATen.h>

#include "core/tasks/sequence_order.h"

namespace lorascope::tasks {
namespace {

std::string key_of(const nn::PackedBatch& batch, std::int64_t sequence) {
  const auto first = batch.boundaries[sequence];
  const auto count = static_cast<std::size_t>(batch.length(sequence)) * sizeof(std::int32_t);
  std::string key;
  for (const auto* values : {&batch.ids, &batch.types, &batch.positions})
    key.append(reinterpret_cast<const char*>(values->data() + first), count);
  return key;
}

}  // namespace

at::Tensor GateInputs::get(const nn::PackedBatch& batch, const Compute& compute) {
  // Where padding is computed too, a sequence's states are the batch's own.
  if (limit_bytes_ == 0 || !batch.real_lengths.empty()) return compute(batch);
  const std::int64_t sequences = batch.num_sequences();
  std::vector<std::string> keys;
  std::vector<at::Tensor> states(static_cast<std::size_t>(sequences));
  nn::PackedBatch missing;
  std::vector<std::int64_t> places;
  for (std::int64_t b = 0; b < sequences; ++b) {
    keys.push_back(key_of(batch, b));
    const auto found = kept_.find(keys.back());
    if (found != kept_.end()) {
      states[static_cast<std::size_t>(b)] = found->second;
      continue;
    }
    append_sequence(batch, b, missing);
    places.push_back(b);
  }
  if (places.empty()) return at::cat(states, 0);
  const at::Tensor computed = compute(missing);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::size_t>(places[i]);
    const auto row = static_cast<std::int64_t>(i);
    states[place] = computed.narrow(0, missing.boundaries[row], missing.length(row));
    const auto bytes = states[place].numel() * static_cast<std::int64_t>(sizeof(float));
    if (kept_bytes_ + bytes > limit_bytes_) continue;
    if (kept_.emplace(keys[place], states[place].clone()).second) kept_bytes_ += bytes;
  }
  return static_cast<std::int64_t>(places.size()) == sequences ? computed : at::cat(states, 0);
}

}  // namespace lorascope::tasks
