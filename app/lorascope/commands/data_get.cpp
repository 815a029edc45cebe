#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands/data_parts.h"
#include "app/lorascope/commands/fetch_display.h"
#include "app/lorascope/hub/data_sources.h"
#include "app/lorascope/hub/hub.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string task, to, from, hub, revision = "main";
  bool json = false;
};

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> fetched(const Options& options) {
  hub::HubOptions asked = hub::options_from_environment();
  asked.revision = options.revision;
  FetchDisplay display;
  const hub::Progress progress = [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
    display.show(file, done, total);
  };
  if (!options.hub.empty()) {
    const fs::path folder = hub::fetch_dataset(options.hub, asked, progress);
    if (options.to.empty()) return files_of(folder);
    hub::copy_files(folder, options.to);
    return files_of(options.to);
  }
  hub::DataSource source = hub::data_source(options.task);
  const std::string other = options.from.empty() ? hub::environment("LORASCOPE_DATA_URL").value_or("") : options.from;
  if (!other.empty()) source.folder = other;
  while (source.folder.ends_with('/')) source.folder.pop_back();
  std::cerr << source.name << " from " << source.folder << ", licence " << source.licence << '\n';
  return hub::fetch_data(source, options.to.empty() ? fs::path("data") / source.name : fs::path(options.to), asked,
                         progress);
}

void get(const Options& options) {
  if (options.task.empty() == options.hub.empty()) {
    throw UsageError("give either a task or --hub OWNER/NAME", "lorascope data get squad");
  }
  Json list = Json::array();
  for (const fs::path& file : fetched(options)) {
    list.push_back(file.string());
    if (!options.json) std::cout << file.string() << '\n';
  }
  if (options.json) std::cout << Json{{"files", list}}.dump() << '\n';
}

}  // namespace

void add_data_get(CLI::App& group) {
  CLI::App* command =
      group.add_subcommand("get", "Fetch a data set from where its makers publish it, going on where a call stopped");
  command->footer(
      "Example: lorascope data get squad --to data/squad\n"
      "HF_HUB_OFFLINE forbids the network; HF_ENDPOINT, HF_HOME and HF_TOKEN count for --hub.");
  auto options = std::make_shared<Options>();
  command->add_option("task", options->task, "wnut17, squad, squad-v2 or swag");
  command->add_option("--to", options->to, "Folder for the files (default: data/TASK; with --hub the hub's cache)");
  command->add_option("--from", options->from,
                      "Another address of the folder that holds the files; also LORASCOPE_DATA_URL");
  command->add_option("--hub", options->hub, "JSON, CSV and text files of a data set on the hub, OWNER/NAME");
  command->add_option("--revision", options->revision, "Branch, tag or commit on the hub")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { get(*options); });
}

}  // namespace lorascope::app
