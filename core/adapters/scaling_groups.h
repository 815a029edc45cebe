#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lorascope::adapters {

/// Things that belong together, each in the group with its number; -1: in none.
struct Groups {
  std::vector<std::string> names;     ///< [G]
  std::vector<std::int64_t> numbers;  ///< one a thing, 0 to G-1 or -1
};

/// Modules by the block that they are in ("0", "1", …; in the order of the paths), and by what they are in their block
/// ("attention.self.query", …); modules outside numbered blocks are in no group.
Groups modules_by_block(const std::vector<std::string>& paths);
Groups modules_by_kind(const std::vector<std::string>& paths);

/// Things by a name that each of them has (a token's task or class), in the order of first occurrence; "" is no group.
Groups by_name(const std::vector<std::string>& names);

/// Mean scalings [G,L,N] of scalings [T,L,N] over each group's tokens, float64; NaN where a group has none.
at::Tensor mean_over_tokens(const at::Tensor& scalings, const Groups& tokens);
/// Mean scalings [..,G,N] of scalings [..,L,N] over each group's modules, float64; NaN where a group has none.
at::Tensor mean_over_modules(const at::Tensor& scalings, const Groups& modules);

}  // namespace lorascope::adapters
