#pragma once

#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"

namespace lorascope::test {

/// Runs `read` and checks that it refuses as a reader needs it: a CheckpointError whose problems name `file`, what was
/// found and what was expected, with `found` somewhere in its text.
template <typename Read>
void check_refused(const Read& read, const std::string& file, const std::string& found) {
  try {
    read();
  } catch (const CheckpointError& error) {
    CHECK(error.exit_code() == 3);
    CHECK_THAT(error.message(), Catch::Contains(found));
    CHECK_THAT(error.message(), Catch::Contains(file));
    REQUIRE(!error.problems().empty());
    for (const Problem& problem : error.problems()) {
      CHECK(!problem.where.empty());
      CHECK(!problem.found.empty());
      CHECK(!problem.expected.empty());
    }
    return;
  } catch (const std::exception& error) {
    FAIL_CHECK("refused with another kind of error: " << error.what());
    return;
  }
  FAIL_CHECK("was not refused");
}

/// Writes without waiting for the disk: for tests that write thousands of files.
inline void write_quickly(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Replaces the first `from` in a file by `to`.
inline void replace_in_file(const std::filesystem::path& path, const std::string& from, const std::string& to) {
  std::string text = read_file(path);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  write_file_atomically(path, text.replace(at, from.size(), to));
}

/// The bytes of a safetensors file with that header and that many zero bytes of data.
inline std::string safetensors_bytes(const std::string& header, std::size_t data_bytes) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  bytes.append(header);
  return bytes.append(data_bytes, '\0');
}

}  // namespace lorascope::test
