#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/tasks/task_model.h"
#include "core/text/tokenizer.h"

namespace lorascope::app::representations {

/// A sentence as the model sees it.
struct EncodedSentence {
  std::vector<std::int32_t> ids;    ///< special tokens included
  std::vector<std::int32_t> words;  ///< of each id; -1 for special tokens
};

/// Cut to the model's positions.
EncodedSentence encode_sentence(const text::Tokenizer& tokenizer, const std::string& sentence, std::int64_t positions);
/// The same of given words, whose numbers `words` then holds.
EncodedSentence encode_words(const text::Tokenizer& tokenizer, std::span<const std::string> words,
                             std::int64_t positions);

/// Lines of a plain text; of a file with tabs (CoNLL) the first column, sentences between empty lines. Throws DataError.
std::vector<std::string> read_sentences(const std::filesystem::path& file);

/// Called with how many sentences are done; may throw Interrupted.
using OnProgress = std::function<void(std::size_t done, std::size_t of)>;
/// Hidden states [T,H] of a sentence, special tokens included, of the embeddings and each layer.
using OnSentence = std::function<void(std::size_t sentence, const std::vector<at::Tensor>& layers)>;
void for_each_sentence(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                       const OnSentence& on_sentence, const OnProgress& progress);

/// States of all word pieces, special tokens left out: [N,H] for the embeddings and each layer.
std::vector<at::Tensor> token_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                     const OnProgress& progress);
/// Their mean in each sentence: [sentences,H].
std::vector<at::Tensor> pooled_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                      const OnProgress& progress);
/// Their mean in each word, a tensor [words,H] a layer for every sentence: [sentence][layer]. Words without a piece are
/// zeros.
std::vector<std::vector<at::Tensor>> word_states(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                                 const OnProgress& progress);

}  // namespace lorascope::app::representations
