#pragma once

#include <cstdint>
#include <filesystem>

#include "core/figures/scalings.h"

namespace lorascope::test {

/// Made-up scalings of `rows` texts of `tokens` tokens each over `blocks` blocks with query and value: predicted shares
/// that depend on all places, applied ones with the smallest put to 0.
figures::Scalings made_up_scalings(std::size_t rows, std::size_t tokens, std::size_t blocks, std::size_t adapters);

/// The file that a run records of them; see engine/gate_probe.h.
void write_scalings(const std::filesystem::path& file, const figures::Scalings& scalings);

}  // namespace lorascope::test
