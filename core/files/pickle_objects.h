#pragma once

#include <optional>
#include <string>

#include "core/files/pickle_value.h"

namespace lorascope::files {

/// Whether a pickle of a state dictionary may say this name ("torch FloatStorage").
bool is_known_global(const std::string& name);

/// What the named function would make of its arguments: a tensor's description, the tensor in a parameter, a
/// dictionary. Nothing where the arguments do not fit.
std::optional<PickleValue> make_object(const PickleResult& pickle, PickleId function, PickleId arguments);

/// The storage that a persistent id ('storage', type, key, location, number of elements) stands for, or nothing.
std::optional<PickleValue> make_storage(const PickleResult& pickle, PickleId id);

}  // namespace lorascope::files
