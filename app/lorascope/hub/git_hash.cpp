#include "app/lorascope/hub/git_hash.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/files.h"

namespace lorascope::app::hub {
namespace {

using Words = std::array<std::uint32_t, 5>;

/// FIPS 180-4, section 6.1.2.
void compress(Words& state, const unsigned char* block) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 4; ++j) w[i] = w[i] << 8 | block[4 * i + j];
  }
  for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < 80; ++i) {
    const std::uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999u
                                : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1u
                                : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu
                                         : (b ^ c ^ d) + 0xCA62C1D6u;
    const std::uint32_t next = std::rotl(a, 5) + mixed + e + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const Words added = {a, b, c, d, e};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += added[i];
}

std::string sha1(std::string bytes) {
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  bytes.push_back('\x80');
  while (bytes.size() % 64 != 56) bytes.push_back('\0');
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(bits >> shift & 0xFF));
  Words state = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
  for (std::size_t at = 0; at < bytes.size(); at += 64) {
    compress(state, reinterpret_cast<const unsigned char*>(bytes.data()) + at);
  }
  std::string digits;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) digits.push_back("0123456789abcdef"[word >> shift & 0xF]);
  }
  return digits;
}

}  // namespace

std::string git_blob_hash(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  return sha1("blob " + std::to_string(content.size()) + '\0' + content);
}

}  // namespace lorascope::app::hub
