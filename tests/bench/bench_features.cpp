// Times the features of a file on one thread, as `peer.py tokenize` does: reading, features for training and for
// evaluation. Not part of the test suite.
//   bench_features MODEL_FOLDER squad|swag|wnut17 FILE [REPEATS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"

namespace {

using namespace lorascope;

struct Work {
  std::size_t features = 0, tokens = 0;

  void count(const std::vector<data::Feature>& made) {
    features += made.size();
    for (const data::Feature& feature : made) tokens += feature.input_ids.size();
  }
};

void time_best(const char* name, int repeats, const std::function<Work()>& work) {
  double best = 1e9;
  Work done;
  for (int i = 0; i < repeats; ++i) {
    const Stopwatch watch;
    done = work();
    best = std::min(best, watch.seconds());
  }
  std::printf("%-28s %8.3f s  %9zu features  %10zu tokens  %11.0f tokens/s\n", name, best, done.features, done.tokens,
              static_cast<double>(done.tokens) / best);
}

void run(const std::string& model, const std::string& task, const std::string& file, int repeats) {
  const text::Tokenizer tokenizer = text::Tokenizer::from_folder(model);
  if (task == "squad") {
    time_best("read", repeats, [&] { return Work{data::read_squad(file).questions.size(), 0}; });
    const data::SquadData data = data::read_squad(file);
    for (const bool for_training : {true, false}) {
      time_best(for_training ? "features for training" : "features for evaluation", repeats, [&] {
        data::SpanFeatureOptions options;
        options.for_training = for_training;
        Work work;
        work.count(data::make_span_features(data.questions, tokenizer, options).features);
        return work;
      });
    }
  } else if (task == "swag") {
    time_best("read", repeats, [&] { return Work{data::read_swag(file).size(), 0}; });
    const std::vector<data::SwagRow> rows = data::read_swag(file);
    time_best("features", repeats, [&] {
      Work work;
      work.count(data::make_choice_features(rows, tokenizer, 512));
      return work;
    });
  } else {
    time_best("read", repeats, [&] { return Work{data::read_tagged_sentences(file).size(), 0}; });
    const std::vector<data::TaggedSentence> sentences = data::read_tagged_sentences(file);
    time_best("features", repeats, [&] {
      Work work;
      work.count(data::make_token_features(sentences, tokenizer, data::LabelSet::wnut17(), 128));
      return work;
    });
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "bench_features MODEL_FOLDER squad|swag|wnut17 FILE [REPEATS]\n";
    return 2;
  }
  try {
    run(arguments[1], arguments[2], arguments[3], count > 4 ? std::atoi(arguments[4]) : 5);
    return 0;
  } catch (const lorascope::Error& error) {
    std::cerr << error.message() << '\n';
    return error.exit_code();
  }
}
