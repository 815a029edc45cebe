#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/plot_style.h"
#include "core/figures/table_data.h"

namespace lorascope::figures {

/// What a gate says of some tokens: [T,L,N] over tokens, adapted modules and adapters, in the order of the modules.
struct Scalings {
  std::vector<std::string> tokens;              ///< [T]
  std::vector<std::int64_t> boundaries = {0};   ///< [B+1] row b holds tokens boundaries[b] up to boundaries[b+1]
  std::vector<std::string> row_tasks;           ///< [B] of several tasks; empty: one task
  std::vector<std::string> modules, adapters;   ///< [L], [N]
  std::vector<float> predicted;                 ///< before the choice of adapters; empty: not known
  std::vector<float> applied;                   ///< what acts
  std::int64_t step = 0;
  bool is_layerwise = true;                     ///< false: one set of scalings for all modules

  std::size_t num_rows() const { return boundaries.size() - 1; }
};

/// Reads one look of a run's gate as `lorascope` records it (artifacts of the kind "scalings"): a Safetensors file with
/// `scalings`, `applied` F16 [T,L,N], `boundaries` I32 [B+1] and tokens, modules, adapters as metadata. A gate whose
/// modules never differ is not layer-wise. Throws DataError.
Scalings read_scalings(const std::filesystem::path& file);

/// Which of both.
enum class ScalingKind { Predicted, Applied };

/// One row of a map: a block's modules together, or one module.
struct ScalingRow {
  std::string name;  ///< "3", "3 query", "all"
  int block = -1;    ///< -1: modules outside numbered blocks, or all together
  std::vector<std::size_t> modules;
};

/// Rows from the last block to the first; where unfolded each module of the block (of all blocks) has a row of its own.
/// Scalings that are not layer-wise have one row.
struct Unfolding {
  bool all = false;
  std::optional<int> block;
};
std::vector<ScalingRow> scaling_rows(const Scalings& scalings, const Unfolding& unfolded);

/// Mean scaling of each row's modules: values [N][rows x T'], row by row, of tokens `first` up to `last`. NaN without
/// any of the kind.
std::vector<std::vector<double>> scaling_means(const Scalings& scalings, ScalingKind kind,
                                               const std::vector<ScalingRow>& rows, std::size_t first,
                                               std::size_t last);

/// Which adapter has the largest mean, and how undecided it is: entropy of the shares over log N, 0 to 1.
struct Dominance {
  int adapter = 0;
  double entropy = 0;
};
std::vector<Dominance> dominance(const std::vector<std::vector<double>>& means);

/// Colour of an adapter in maps, bars and lines: different for the first six.
Rgb adapter_colour(std::size_t adapter, Theme theme);
LineStyle adapter_style(std::size_t adapter);

/// The scalings of one token by block, a row of bars an adapter.
FigureData token_figure(const Scalings& scalings, ScalingKind kind, std::size_t token);

/// The map as numbers: a row a token (of rows first up to last), a column an adapter and map row.
TableData scaling_table(const Scalings& scalings, ScalingKind kind, const std::vector<ScalingRow>& rows,
                        std::size_t first, std::size_t last);

}  // namespace lorascope::figures
