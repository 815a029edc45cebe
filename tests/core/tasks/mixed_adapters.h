#pragma once

#include <vector>

#include "core/files/adapter_folder.h"
#include "tests/core/tasks/small_model.h"

namespace lorascope::tasks::test {

/// Adapters of a sample's family without heads, of different ranks, and with `is_union` on different modules, drawn by
/// number; of a BERT of tokens where no sample is given.
std::vector<files::AdapterFolder> drawn_adapters(const Sample& sample, std::size_t count, bool is_union,
                                                 std::uint64_t seed);
std::vector<files::AdapterFolder> drawn_adapters(std::size_t count, bool is_union, std::uint64_t seed);

std::vector<const files::AdapterFolder*> pointers(const std::vector<files::AdapterFolder>& adapters);

}  // namespace lorascope::tasks::test
