#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

struct DirectionsOptions {
  std::string run;
  std::string against;      ///< another run; empty: W' against W of the run itself
  std::string module;       ///< "bert.encoder.layer.5.attention.self.query", or its end; empty: every module
  std::int64_t count = 16;  ///< leading directions of each side
};

/// {"run", "against", "modules": {NAME: {"rows", "columns", "grid", …}}}. Of one run: "grid" = |u'_j · u_i|, rows of W',
/// columns of W, "floor" = √(2 / (π out)), what random directions have. Of two: φ(i,j) of the input directions of their
/// updates, "floor" of the same shape. Throws UsageError where no such module was changed by both, StoreError.
Json compare_directions(const store::Workspace& workspace, const DirectionsOptions& options);

}  // namespace lorascope::app
