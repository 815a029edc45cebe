#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/store/run_record.h"

namespace lorascope::app::engine {

/// The processor's name, threads and device: "cpu: AMD EPYC 7B13, 2 threads".
std::string device_text(const std::string& device, int threads);

/// Device, versions, and hashes of the data files (by split) and of the model's weights. Takes about a second for a
/// large model: meant for a thread of its own.
store::RunEnvironment describe_environment(const std::string& device, int threads,
                                           const std::map<std::string, std::filesystem::path>& data_files,
                                           const std::filesystem::path& model_folder);

}  // namespace lorascope::app::engine
