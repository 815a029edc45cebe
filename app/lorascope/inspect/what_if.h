#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace lorascope::app::inspect {

/// The axes of scalings: L modules, N adapters.
struct ScalingAxes {
  std::vector<std::string> modules;
  std::vector<std::string> adapters;

  /// Number of an adapter by its name. Throws UsageError naming those that there are.
  std::int64_t adapter(const std::string& name) const;
  /// Numbers of the modules with this path or of which it is an ending ("query"). Throws UsageError where there is none.
  std::vector<std::int64_t> modules_of(const std::string& path) const;
  /// Number of the block of each module, -1 where its path has none.
  std::vector<std::int64_t> blocks() const;
};

/// What is to be different from what the gate says (or, of adapters without a gate, from 1 everywhere).
struct WhatIf {
  struct Setting {
    std::string adapter;           ///< empty: all
    std::string module;            ///< path or its ending; empty: all
    std::optional<std::int64_t> block;
    double value = 0;
  };

  std::string scalings_file;        ///< JSON: [T][L][N], or an answer of `inspect` with "applied"
  std::vector<Setting> settings;    ///< in this order
  std::vector<std::string> without;      ///< adapters
  std::vector<std::string> modules_off;  ///< paths or their endings
  std::vector<std::int64_t> blocks_off;

  bool empty() const;
  /// {"scalings": file, "set": [{"adapter", "module", "block", "value"}], "without": [], "modules_off": [],
  /// "blocks_off": []}. Throws UsageError.
  static WhatIf from_json(const Json& json);
  /// `applied` [T,L,N] as it is to be used. Throws UsageError for names that there are not.
  at::Tensor changed(const at::Tensor& applied, const ScalingAxes& axes) const;
};

}  // namespace lorascope::app::inspect
