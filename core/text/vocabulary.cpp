#include "core/text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace lorascope::text {
namespace {

// The low bits of the rolling hash depend on the last bytes only: stir before using them.
std::uint64_t stirred(std::uint64_t hash) {
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93ULL;
  return hash ^ hash >> 32;
}

}  // namespace

std::uint64_t rolling::of(std::string_view bytes) {
  std::uint64_t hash = 0;
  for (const char byte : bytes) hash = add(hash, byte);
  return hash;
}

Vocabulary::Vocabulary(std::vector<std::string> tokens, std::string prefix)
    : tokens_(std::move(tokens)), prefix_(std::move(prefix)) {
  const std::size_t num_slots = std::bit_ceil(std::max<std::size_t>(tokens_.size(), 8) * 2);
  whole_.slots.resize(num_slots);
  inner_.slots.resize(num_slots);
  inner_.skipped = prefix_.size();
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].empty()) continue;
    whole_.insert(*this, static_cast<std::int32_t>(i));
    const bool is_inner = tokens_[i].size() > prefix_.size() && tokens_[i].starts_with(prefix_);
    if (is_inner) inner_.insert(*this, static_cast<std::int32_t>(i));
  }
  while (powers_.size() <= std::max(whole_.longest, inner_.longest)) powers_.push_back(powers_.back() * rolling::kBase);
}

std::int32_t Vocabulary::Table::find(const Vocabulary& owner, std::uint64_t hash, std::string_view key) const {
  if (slots.empty()) return -1;
  const std::uint64_t mixed = stirred(hash);
  const std::size_t mask = slots.size() - 1;
  for (std::size_t place = mixed & mask; slots[place].id >= 0; place = (place + 1) & mask) {
    if (slots[place].check != static_cast<std::uint32_t>(mixed >> 32)) continue;
    if (std::string_view(owner.token(slots[place].id)).substr(skipped) == key) return slots[place].id;
  }
  return -1;
}

void Vocabulary::Table::insert(const Vocabulary& owner, std::int32_t id) {
  const std::string_view key = std::string_view(owner.token(id)).substr(skipped);
  const std::uint64_t mixed = stirred(rolling::of(key));
  const std::size_t mask = slots.size() - 1;
  longest = std::max(longest, key.size());
  for (std::size_t place = mixed & mask;; place = (place + 1) & mask) {
    Slot& slot = slots[place];
    const bool is_same = slot.id >= 0 && std::string_view(owner.token(slot.id)).substr(skipped) == key;
    if (slot.id < 0 || is_same) {
      slot = {static_cast<std::uint32_t>(mixed >> 32), id};
      return;
    }
  }
}

}  // namespace lorascope::text
