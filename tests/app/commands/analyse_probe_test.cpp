#include "core/base/files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tree_grammar.h"

using namespace lorascope;
using test::ProgramEnd;
using test::run_lorascope;
using test::TreeForms;

namespace {

struct Probed {
  test::TemporaryFolder folder;
  ProgramEnd end;

  Probed(const std::string& bank, const std::string& options) {
    test::write_forgetful_model(folder.path() / "model");
    write_file_atomically(folder.path() / "bank.conllu", bank);
    end = run_lorascope(folder.path(), "analyse --model model --what probe --treebank bank.conllu --threads 1 --json " + options);
  }
};

}  // namespace

TEST_CASE("a probe on a generated treebank beats its controls where the tree is, layer by layer", "[commands]") {
  const Probed probed(test::tree_bank(300, 7, TreeForms::Letters, 60), "--rank 32 --seed 3");
  INFO(probed.end.errors);
  REQUIRE(probed.end.exit_code == 0);
  const Json answer = probed.end.json();
  CHECK(answer["sentences"] == 288);  // every 25th is longer than the encoder
  REQUIRE(answer["results"].size() == 2);
  const Json& layers = answer["results"][0]["layers"];
  REQUIRE(layers.size() == 3);
  for (const int layer : {0, 1}) {
    INFO(layers[layer].dump());
    CHECK(layers[layer]["uuas"].get<double>() > 0.75);
    CHECK(layers[layer]["selectivity"].get<double>() > 0.15);
    CHECK(layers[layer]["spearman"].get<double>() > 0.7);
    CHECK(layers[layer]["root_accuracy"].get<double>() > 0.8);
    CHECK(layers[layer]["selectivity"].get<double>() ==
          Approx(layers[layer]["uuas"].get<double>() - layers[layer]["control_uuas"].get<double>()));
  }
  INFO(layers[2].dump());
  CHECK(layers[2]["uuas"].get<double>() < layers[1]["uuas"].get<double>() - 0.2);
  CHECK(layers[2]["root_accuracy"].get<double>() < 0.5);
  CHECK(probed.end.errors.find("few for a probe") != std::string::npos);
}

TEST_CASE("all problems of a treebank are told by the command, and nothing is computed", "[commands]") {
  std::string bank = test::tree_bank(60, 7, TreeForms::Letters, 60);
  bank += "1\tab\t_\tNOUN\t_\t_\t0\n\n";                                                    // seven columns
  bank += "1\tab\t_\tNOUN\t_\t_\t9\t_\t_\t_\n\n";                                           // a far head
  bank += "1\tab\t_\tNOUN\t_\t_\t2\t_\t_\t_\n2\tcd\t_\tNOUN\t_\t_\t1\t_\t_\t_\n\n";         // a circle without a root
  bank += "1\tab\t_\tNOUN\t_\t_\t0\t_\t_\t_\n3\tcd\t_\tNOUN\t_\t_\tx\t_\t_\t_\n\n";         // a gap and no number
  const Probed probed(bank, "");
  CHECK(probed.end.exit_code == 3);
  CHECK(probed.end.output.empty());
  for (const char* problem : {"7 columns", "a head after the last word", "0 roots", "word number \"3\"", "head \"x\""}) {
    INFO(problem << " in " << probed.end.errors);
    CHECK(probed.end.errors.find(problem) != std::string::npos);
  }
}

TEST_CASE("a treebank of sentences that do not fit is refused with their number", "[commands]") {
  const Probed few(test::tree_bank(9, 7, TreeForms::Letters, 60), "");
  CHECK(few.end.exit_code == 3);
  CHECK(few.end.errors.find("9 sentences that fit the model") != std::string::npos);
}
