#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/hub/hub.h"
#include "app/lorascope/hub/hub_listing.h"

namespace lorascope::app::hub {

/// The files of a data set and where its makers publish them.
struct DataSource {
  std::string name;    ///< "squad"
  std::string folder;  ///< address of the folder that holds the files
  std::vector<HubFile> files;
  std::string licence;
};

/// "wnut17", "squad" (version 1.1), "squad-v2", "swag". Throws UsageError for others.
DataSource data_source(const std::string& name);

/// Fetches a source's files into `to`, resuming what an earlier call left, checking sizes and hashes where they are
/// known; returns the paths. Files that are there are not fetched again. Throws Error: offline, refused, damaged in
/// transit; a file of that name with other content is there.
std::vector<std::filesystem::path> fetch_data(const DataSource& source, const std::filesystem::path& to,
                                              const HubOptions& options, const Progress& progress);

}  // namespace lorascope::app::hub
