#include "app/lorascope/commands/model_get.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "app/lorascope/commands/fetch_display.h"
#include "app/lorascope/hub/hub.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name, to, revision = "main";
  bool json = false;
};

bool is_default(const std::string& name) {
  return name == "default" || name == hub::kDefaultEncoder;
}

fs::path fetched(const Options& options) {
  const std::string& name = options.name;
  if (is_default(name) && options.revision == "main") {
    if (const auto folder = hub::default_encoder()) return *folder;
  }
  const std::string id = is_default(name) ? std::string("sentence-transformers/") + hub::kDefaultEncoder : name;
  hub::HubOptions asked = hub::options_from_environment();
  asked.revision = options.revision;
  FetchDisplay display;
  return hub::fetch_model(id, asked, [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
    display.show(file, done, total);
  });
}

void get(const Options& options) {
  fs::path folder = fetched(options);
  files::describe_model_folder(folder);  // a model that cannot be used is refused here, not in the first run
  if (!options.to.empty()) {
    hub::copy_model(folder, options.to);
    folder = options.to;
  }
  if (options.json) {
    std::cout << Json{{"name", options.name}, {"folder", folder.string()}}.dump() << '\n';
  } else {
    std::cout << folder.string() << '\n';
  }
}

}  // namespace

void add_model_get(CLI::App& group) {
  CLI::App* command = group.add_subcommand("get", "Fetch a model from the hub, going on where an earlier call stopped");
  command->footer(
      "Example: lorascope model get google-bert/bert-base-uncased --to models/bert\n"
      "HF_ENDPOINT, HF_HOME, HF_TOKEN and HF_HUB_OFFLINE mean what they mean to Hugging Face's programs.");
  auto options = std::make_shared<Options>();
  command->add_option("name", options->name, "all-MiniLM-L6-v2, or owner/name on the hub")->required();
  command->add_option("--to", options->to, "Copy the model to this folder");
  command->add_option("--revision", options->revision, "Branch, tag or commit")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { get(*options); });
}

}  // namespace lorascope::app
