#pragma once

#include <string>
#include <string_view>

#include "core/files/pickle_value.h"

namespace lorascope::files {

/// Reads one pickle of protocols 2 to 4 that starts at `begin`, as torch.save writes state dictionaries. Nothing is
/// ever called: the names torch._utils._rebuild_tensor_v2, _rebuild_tensor and _rebuild_parameter,
/// collections.OrderedDict and the storage types are understood as data, every other name is refused, since a pickle
/// may name any function of the computer that opens it. `where` names the file in messages. Throws CheckpointError.
PickleResult read_pickle(std::string_view bytes, std::size_t begin, const std::string& where);

}  // namespace lorascope::files
