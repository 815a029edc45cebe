#pragma once

#include <filesystem>
#include <string>

#include "app/lorascope/hub/http_client.h"
#include "app/lorascope/hub/hub.h"
#include "app/lorascope/hub/hub_listing.h"

namespace lorascope::app::hub {

/// Fetches one file to `target` by way of "TARGET.incomplete", which stays after a failure and is gone on with by the
/// next call. Checks size and SHA-256. Throws Error after the last attempt.
void download_blob(const std::string& url, const HubFile& file, const std::filesystem::path& target,
                   const HubOptions& options, const Progress& progress);

/// After a request that did not succeed: sleeps before the next attempt where there may be one (connection lost, 429,
/// 5xx), else throws Error with what to do.
void wait_or_throw(const HttpResponse& response, const std::string& what, int attempt, const HubOptions& options);

}  // namespace lorascope::app::hub
