#pragma once

#include <cstdint>
#include <span>

#include "core/figures/table_data.h"
#include "core/store/run_record.h"
#include "core/study/study.h"

namespace lorascope::figures {

/// The tables of [Emmanuel & Melo] with the numbers of these runs: 1 settings; 2, 3, 4 training time on SQuAD, SWAG,
/// WNUT17; 5 scores; 6 parameters of mixtures. One row a model and method, mean ± standard deviation over finished runs;
/// numbers that `references` quote for the same cell stand in a row below. Throws UsageError for another number.
TableData paper_table(int number, std::span<const store::RunRecord> runs,
                      std::span<const study::Reference> references = {});

/// Sizes that the number of parameters of a BERT encoder follows from.
struct EncoderSizes {
  std::int64_t hidden = 768, layers = 12, inner = 3072, vocabulary = 30522, positions = 512, segments = 2;
};

/// Parameters of the encoder with its pooler.
std::int64_t encoder_parameters(const EncoderSizes& sizes);
/// Of one adapter of this rank on query and value of every layer: 2 · 2 · layers · rank · hidden.
std::int64_t adapter_parameters(const EncoderSizes& sizes, std::int64_t rank);
/// Of a gate of `depth` linear layers of width `size` onto one scaling an adapter and adapted module (ADAPTERS 3.5).
std::int64_t gate_parameters(const EncoderSizes& sizes, std::int64_t depth, std::int64_t size, std::int64_t adapters);

}  // namespace lorascope::figures
