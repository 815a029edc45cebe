#include "app/lorascope/representations/states.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::app::representations {
namespace {

constexpr std::size_t kBatch = 64;

/// Places of the word pieces.
at::Tensor piece_places(const EncodedSentence& sentence) {
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < sentence.words.size(); ++i)
    if (sentence.words[i] >= 0) places.push_back(static_cast<std::int64_t>(i));
  return at::tensor(places, at::kLong);
}

text::EncodeOptions cut_at(std::int64_t positions) {
  text::EncodeOptions options;
  options.truncation = text::Truncation::LongestFirst;
  options.max_length = static_cast<int>(positions);
  return options;
}

}  // namespace

EncodedSentence encode_sentence(const text::Tokenizer& tokenizer, const std::string& sentence, std::int64_t positions) {
  text::Encoding encoding = tokenizer.encode(sentence, cut_at(positions)).front();
  return {std::move(encoding.ids), std::move(encoding.word_ids)};
}

EncodedSentence encode_words(const text::Tokenizer& tokenizer, std::span<const std::string> words,
                             std::int64_t positions) {
  text::Encoding encoding = tokenizer.encode_words(words, cut_at(positions)).front();
  return {std::move(encoding.ids), std::move(encoding.word_ids)};
}

std::vector<std::string> read_sentences(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  const bool has_columns = content.find('\t') != std::string::npos;
  std::vector<std::string> sentences;
  std::string sentence;
  const auto finish = [&] {
    if (sentence.find_first_not_of(" \r") != std::string::npos) sentences.push_back(sentence);
    sentence.clear();
  };
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string line = content.substr(begin, end - begin);
    begin = end + 1;
    if (line.ends_with('\r')) line.pop_back();
    if (has_columns && !line.empty()) {
      sentence += (sentence.empty() ? "" : " ") + line.substr(0, line.find('\t'));
      continue;
    }
    if (!has_columns) sentence = line;
    finish();
  }
  finish();
  if (sentences.empty())
    throw DataError("cannot use the text in " + file.string(),
                    Problem{file.string(), "no sentence", "a sentence a line, or words in columns", ""});
  return sentences;
}

void for_each_sentence(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                       const OnSentence& on_sentence, const OnProgress& progress) {
  for (std::size_t begin = 0; begin < sentences.size(); begin += kBatch) {
    if (progress) progress(begin, sentences.size());
    const std::size_t end = std::min(sentences.size(), begin + kBatch);
    tasks::Batch batch;
    for (std::size_t i = begin; i < end; ++i) batch.tokens.append(sentences[i].ids, {});
    const tasks::Output output = model.evaluate(batch, {.merged = true, .hidden_states = true});
    std::vector<at::Tensor> layers(output.hidden_states.size());
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<std::int64_t>(i - begin);
      const std::int64_t first = batch.tokens.boundaries[static_cast<std::size_t>(row)];
      for (std::size_t layer = 0; layer < layers.size(); ++layer)
        layers[layer] = output.hidden_states[layer].narrow(0, first, batch.tokens.length(row));
      on_sentence(i, layers);
    }
  }
  if (progress) progress(sentences.size(), sentences.size());
}

std::vector<at::Tensor> token_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                     const OnProgress& progress) {
  std::vector<std::vector<at::Tensor>> parts;
  for_each_sentence(
      model, sentences,
      [&](std::size_t sentence, const std::vector<at::Tensor>& layers) {
        parts.resize(layers.size());
        const at::Tensor places = piece_places(sentences[sentence]);
        for (std::size_t layer = 0; layer < layers.size(); ++layer)
          parts[layer].push_back(layers[layer].index_select(0, places));
      },
      progress);
  std::vector<at::Tensor> states;
  for (const std::vector<at::Tensor>& layer : parts) states.push_back(at::cat(layer));
  return states;
}

std::vector<at::Tensor> pooled_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                      const OnProgress& progress) {
  std::vector<at::Tensor> states;
  for_each_sentence(
      model, sentences,
      [&](std::size_t sentence, const std::vector<at::Tensor>& layers) {
        if (states.empty())
          for (const at::Tensor& layer : layers)
            states.push_back(at::zeros({static_cast<std::int64_t>(sentences.size()), layer.size(1)}));
        const at::Tensor places = piece_places(sentences[sentence]);
        if (places.numel() == 0) return;
        for (std::size_t layer = 0; layer < layers.size(); ++layer)
          states[layer].select(0, static_cast<std::int64_t>(sentence)).copy_(layers[layer].index_select(0, places).mean(0));
      },
      progress);
  return states;
}

std::vector<std::vector<at::Tensor>> word_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                                 const OnProgress& progress) {
  std::vector<std::vector<at::Tensor>> states(sentences.size());
  for_each_sentence(
      model, sentences,
      [&](std::size_t number, const std::vector<at::Tensor>& layers) {
        const EncodedSentence& sentence = sentences[number];
        const at::Tensor places = piece_places(sentence);
        std::vector<std::int64_t> words;
        for (const std::int32_t word : sentence.words)
          if (word >= 0) words.push_back(word);
        const std::int64_t count = words.empty() ? 0 : *std::max_element(words.begin(), words.end()) + 1;
        const at::Tensor of = at::tensor(words, at::kLong);
        const at::Tensor pieces = at::zeros({count}).index_add_(0, of, at::ones({of.numel()}));
        for (const at::Tensor& layer : layers) {
          at::Tensor sums = at::zeros({count, layer.size(1)});
          sums.index_add_(0, of, layer.index_select(0, places));
          states[number].push_back(sums / pieces.clamp_min(1).unsqueeze(1));
        }
      },
      progress);
  return states;
}

}  // namespace lorascope::app::representations
