#include "core/base/files.h"

#include <string>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[base]") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the bytes are cut", "[base]") {
  const std::string text(777, 'x');
  for (std::size_t cut : {1u, 55u, 56u, 63u, 64u, 65u, 500u}) {
    Sha256 hash;
    hash.add(std::string_view(text).substr(0, cut));
    hash.add(std::string_view(text).substr(cut));
    CHECK(hash.hexadecimal() == sha256(text));
  }
}

TEST_CASE("a file written atomically is read back whole and leaves nothing beside it", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "file.bin";
  const std::string content("a\0b\n", 4);
  write_file_atomically(path, content);
  write_file_atomically(path, content + content);
  CHECK(read_file(path) == content + content);
  CHECK(sha256_file(path) == sha256(content + content));
  CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}) == 1);
}

TEST_CASE("reading what is no file says which path and why", "[base]") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(read_file(folder.path()), DataError);
  CHECK_THROWS_WITH(read_file(folder.path() / "absent"), Catch::Contains("absent") && Catch::Contains("expected"));
  write_file_atomically(folder.path() / "big", std::string(100, 'x'));
  CHECK_THROWS_AS(read_file(folder.path() / "big", 99), DataError);
}
