#pragma once

#include <string>

namespace lorascope::app {

/// `adapter show` of an X-LoRA folder: configuration, gate, adapters, parameters; with `model` also the model's.
void show_xlora(const std::string& folder, const std::string& model, bool json);

/// `adapter convert` of an X-LoRA folder, `to` "xlora" or "peft".
void convert_xlora(const std::string& folder, const std::string& to, const std::string& out, bool json);

}  // namespace lorascope::app
