#include "app/lorascope/commands/model_get.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "app/lorascope/hub/hub.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name;
  std::string to;
  bool json = false;
};

/// What has arrived, on stderr: one line that is written over on a terminal, else a line every five seconds.
class FetchDisplay {
 public:
  void show(const std::string& file, std::uint64_t done, std::uint64_t total) {
    const bool is_end = total > 0 && done == total;
    if (since_last_.seconds() < (is_terminal_ ? 0.2 : 5.0) && !is_end && has_shown_) return;
    has_shown_ = true;
    since_last_.restart();
    constexpr double kMegabyte = 1e6;
    std::fprintf(stderr, "%s%s: %.1f of %.1f MB%s", is_terminal_ ? "\r" : "", file.c_str(),
                 static_cast<double>(done) / kMegabyte, static_cast<double>(total) / kMegabyte,
                 is_terminal_ && !is_end ? "\033[K" : "\n");
  }

 private:
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool has_shown_ = false;
  Stopwatch since_last_;
};

bool is_default(const std::string& name) {
  return name == "default" || name == hub::kDefaultEncoder;
}

fs::path fetched(const std::string& name) {
  if (is_default(name)) {
    if (const auto folder = hub::default_encoder()) return *folder;
  }
  const std::string id = is_default(name) ? std::string("sentence-transformers/") + hub::kDefaultEncoder : name;
  FetchDisplay display;
  return hub::fetch_model(
      id, hub::options_from_environment(),
      [&](const std::string& file, std::uint64_t done, std::uint64_t total) { display.show(file, done, total); });
}

void get(const Options& options) {
  fs::path folder = fetched(options.name);
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
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { get(*options); });
}

}  // namespace lorascope::app
