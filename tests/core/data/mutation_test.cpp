#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/answer_guesses.h"
#include "core/data/choice_guesses.h"
#include "core/data/data_summary.h"
#include "core/data/random.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/tag_guesses.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"
#include "tests/core/data/letters_tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

constexpr int kMutations = 200;

const std::string kQuestions =
    R"({"version": "v2.0", "data": [{"title": "Boats", "paragraphs": [{"context": "The old é boat sank in May.", "qas": [
{"id": "a1", "question": "What sank?", "answers": [{"text": "boat", "answer_start": 10}, {"text": "old é boat", "answer_start": 4}]},
{"id": "a2", "question": " When?", "answers": [{"text": "May", "answer_start": 23}]}]},
{"context": "A kite flew.", "qas": [{"id": "b1", "question": "Who flew?", "answers": [{"text": "A kite", "answer_start": 0}]}]}]}]})";
const std::string kUnanswerable =
    R"({"data": [{"title": "Kites", "paragraphs": [{"context": "A kite flew.", "qas": [
{"id": "b1", "question": "Who?", "answers": [{"text": "A kite", "answer_start": 0}], "is_impossible": false},
{"id": "b2", "question": "Why?", "answers": [], "plausible_answers": [{"text": "kite", "answer_start": 2}], "is_impossible": true}]}]}]})";
const std::string kRow =
    R"({"id": "r1", "title": "Kites", "context": "A kite flew.", "question": "What?", "answers": {"text": ["kite"], "answer_start": [2]}})";
const std::string kRegular =
    ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n"
    "0,v1,1,\"a, b\",\"He said \"\"go\"\".\nThen\",He,gold,runs,walks,\"sits, slowly\",stands,2\n"
    "1,v2,2,c,One,Two,gen,w,x,y,z,0\n";
const std::string kFull =
    "video-id,fold-ind,startphrase,gold-ending,distractor-0,distractor-1,distractor-2,distractor-3,gold-source,gold-"
    "type,"
    "sent1,sent2\nv1,1,s,runs,walks,\"sits, slowly\",stands,,gold,pos,One,Two\nv2,2,s,a,b,c,d,e,gold,unl,Three,\n";
const std::string kChoice =
    R"({"sent1": "One", "sent2": "Two", "ending0": "w", "ending1": "x", "ending2": "y", "ending3": "z", "label": 3})";
const std::string kHellaswag =
    R"({"ind": 4, "ctx_a": "One", "ctx_b": "Two", "endings": ["w", "x", "y", "z"], "label": "1", "split": "val"})";

// What other programs and broken disks do to a file, and what people do to JSON.
std::string mutate(std::string text, data::Random& random) {
  static const std::vector<std::string> kPieces = {"\"",      "\\",
                                                   "{",       "}",
                                                   "[",       "]",
                                                   ",",       ":",
                                                   "\n",      "\r",
                                                   "\t",      "\xFF",
                                                   "\xC3",    "1e999",
                                                   "-1",      "null",
                                                   "true",    "99999999999999999999",
                                                   "\\ud800", "\xF0\x9F\x98\x80",
                                                   "0.5",     "\"x\"",
                                                   "[[[[",    "",
                                                   " "};
  const std::size_t num_changes = 1 + random.below(3);
  for (std::size_t i = 0; i < num_changes && !text.empty(); ++i) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = 1 + random.below(std::min<std::size_t>(24, text.size() - at));
    switch (random.below(7)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, random.pick(kPieces));
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.resize(at);
        break;
      case 5:
        text.replace(at, length, random.pick(kPieces));
        break;
      default: {  // a whole value of JSON or field of CSV
        const std::size_t begin = text.find_first_of(":,", at);
        if (begin == text.npos) break;
        const std::size_t end = std::min(text.find_first_of(",}]\n", begin + 1), text.size());
        text.replace(begin + 1, end - begin - 1, random.pick(kPieces));
      }
    }
  }
  return text;
}

class Mutations {
 public:
  Mutations() : tokenizer_(test::letters_tokenizer(folder_.path())) {}

  const text::Tokenizer& tokenizer() const { return tokenizer_; }

  // Every mutation is read, or refused with one error that names the file and says what is expected.
  void check(const std::string& original, const std::function<void(const std::filesystem::path&)>& read) {
    const std::filesystem::path file = folder_.path() / "mutated";
    write_file_atomically(file, original);
    REQUIRE_NOTHROW(read(file));
    int num_refused = 0;
    for (int seed = 0; seed < kMutations; ++seed) {
      data::Random random(static_cast<std::uint64_t>(seed) + 1000);
      const std::string content = mutate(original, random);
      write_file_atomically(file, content);
      CAPTURE(seed, content);
      try {
        read(file);
      } catch (const DataError& error) {
        ++num_refused;
        REQUIRE_FALSE(error.problems().empty());
        CHECK(error.problems().size() <= 21);
        CHECK(std::string(error.what()).size() < 20000);
        for (const Problem& problem : error.problems()) {
          CHECK(problem.where.starts_with(file.string()));
          CHECK_FALSE(problem.found.empty());
        }
      }
    }
    CHECK(num_refused > kMutations / 10);
    CHECK(num_refused < kMutations);
  }

 private:
  test::TemporaryFolder folder_;
  text::Tokenizer tokenizer_;
};

}  // namespace

TEST_CASE_METHOD(Mutations, "damaged question files are read or refused with one clear error", "[data]") {
  for (const std::string& original :
       {kQuestions, kUnanswerable, kRow, kRow + "\n" + kRow.substr(0, 8) + "2" + kRow.substr(8) + "\n",
        "[" + kRow + "]", "{\"data\": [" + kRow + "]}"}) {
    check(original, [&](const std::filesystem::path& file) {
      const data::SquadData data = data::read_squad(file);
      data::summarize(data);
      data::SpanFeatureOptions options;
      options.max_length = 24;
      options.stride = 2;
      for (const bool for_training : {true, false}) {
        options.for_training = for_training;
        for (const data::Feature& feature : data::make_span_features(data.questions, tokenizer(), options).features) {
          REQUIRE(feature.start_position < static_cast<std::int64_t>(feature.input_ids.size()));
        }
      }
    });
  }
}

TEST_CASE_METHOD(Mutations, "damaged continuation files are read or refused with one clear error", "[data]") {
  for (const std::string& original : {kRegular, kFull, kChoice + "\n" + kHellaswag + "\n", "[" + kChoice + "]"}) {
    check(original, [&](const std::filesystem::path& file) {
      const std::vector<data::SwagRow> rows = data::read_swag(file);
      data::summarize(rows);
      REQUIRE(data::make_choice_features(rows, tokenizer(), 12).size() == 4 * rows.size());
    });
  }
}

TEST_CASE_METHOD(Mutations, "damaged tagging files are read or refused with one clear error", "[data]") {
  for (const std::string& original :
       {std::string("Mia\tB-person\nis\tO\n\nin\tO\nNew\tB-location\nYork\tI-location\n"),
        std::string("-DOCSTART- -X- O\n\nMia NNP B-person\nis VB O\n"),
        std::string(
            "{\"tokens\": [\"Mia\", \"is\"], \"ner_tags\": [9, 0]}\n{\"tokens\": [\"a\"], \"tags\": [\"O\"]}\n")}) {
    check(original, [&](const std::filesystem::path& file) { data::read_tagged_sentences(file); });
  }
}

TEST_CASE_METHOD(Mutations, "damaged predictions are read or refused with one clear error", "[data]") {
  check("{\"a1\": \"boat\", \"a2\": \"\", \"b1\": \"caf\xC3\xA9\"}",
        [](const std::filesystem::path& file) { data::read_answer_guesses(file); });
  check("{\"a1\": 1.5, \"a2\": -3, \"b1\": 1e-05}",
        [](const std::filesystem::path& file) { data::read_null_odds(file); });
  check("index,choice,score0,score1,score2,score3\n0,1,0.5,2.5,1,0\n1,0,3,2,1,0.25\n",
        [](const std::filesystem::path& file) { data::read_choice_guesses(file, 2); });
  const std::vector<data::TaggedSentence> sentences = {{{"Mia", "is"}, {"B-person", "O"}, 1}};
  check("Mia\tB-person\tB-person\nis\tO\tO\n\n",
        [&](const std::filesystem::path& file) { data::read_tag_guesses(file, sentences); });
}

TEST_CASE_METHOD(Mutations, "deep nesting neither crashes nor hangs", "[data]") {
  const test::TemporaryFolder folder;
  for (const std::string& unit : {std::string("["), std::string("{\"data\":"), std::string("[{\"context\":")}) {
    std::string content;
    for (int i = 0; i < 100000; ++i) content += unit;
    write_file_atomically(folder.path() / "deep.json", content);
    CHECK_THROWS_AS(data::read_squad(folder.path() / "deep.json"), DataError);
    CHECK_THROWS_AS(data::read_swag(folder.path() / "deep.json"), DataError);
    CHECK_THROWS_AS(data::read_answer_guesses(folder.path() / "deep.json"), DataError);
  }
}
