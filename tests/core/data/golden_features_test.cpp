#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/feature_lines.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

/// A case of golden/features with its places filled in.
class GoldenCase {
 public:
  explicit GoldenCase(const std::filesystem::path& folder)
      : folder_(folder), spec_(Json::parse(read_file(folder / "case.json"))) {}

  std::string argument(const std::string& option) const {
    const auto& list = spec_["args"];
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
      if (list[i] != option) continue;
      std::string value = list[i + 1];
      if (value.starts_with("{data}")) value = (test::shared_folder() / "data").string() + value.substr(6);
      if (value.starts_with("{case}")) value = folder_.string() + value.substr(6);
      return value;
    }
    return "0";
  }

  const Json& spec() const { return spec_; }

 private:
  std::filesystem::path folder_;
  Json spec_;
};

std::string lines_of(const GoldenCase& golden) {
  const std::string task = golden.argument("--task"), file = golden.argument("--data");
  const bool cased = golden.argument("--vocab").find("uncased") == std::string::npos;
  const auto tokenizer = text::Tokenizer::from_vocabulary(golden.argument("--vocab"), cased);
  const int max_length = std::stoi(golden.argument("--max-length"));
  if (task == "swag") {
    return data::choice_feature_lines(data::make_choice_features(data::read_swag(file), tokenizer, max_length));
  }
  if (task == "squad") {
    const data::SquadData data = data::read_squad(file);
    data::SpanFeatureOptions options;
    options.max_length = max_length;
    options.stride = std::stoi(golden.argument("--stride"));
    options.for_training = golden.argument("--split") == "train";
    return data::span_feature_lines(data::make_span_features(data.questions, tokenizer, options).features,
                                    data.questions);
  }
  return data::token_feature_lines(
      data::make_token_features(data::read_tagged_sentences(file), tokenizer, data::LabelSet::wnut17(), max_length));
}

}  // namespace

TEST_CASE("the features of every golden file have its hash", "[data]") {
  if (test::shared_folder().empty()) {
    WARN("golden files are not here: skipped");
    return;
  }
  std::size_t num_cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::shared_folder() / "golden" / "features")) {
    const GoldenCase golden(entry.path());
    CAPTURE(entry.path().filename().string());
    const std::string head = read_file(entry.path() / golden.spec()["head"].get<std::string>());
    const std::string lines = lines_of(golden);
    CHECK(lines.substr(0, head.size()) == head);
    CHECK(sha256(lines) == golden.spec()["sha256"]);
    ++num_cases;
  }
  CHECK(num_cases >= 20);
}
