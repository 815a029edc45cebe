#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <sys/sysinfo.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/nn/device.h"
#include "core/nn/precision.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
constexpr double kLittleDiskGib = 2;

struct Options {
  std::string workspace;
  bool json = false;
};

/// What is found, as JSON for --json, and what is missing with the way to get it.
struct Findings {
  Json values = Json::object();
  Json missing = Json::array();
  bool is_input_bad = false;

  void add_missing(const std::string& what, const std::string& how) {
    missing.push_back({{"what", what}, {"how", how}});
  }
};

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

double memory_gib() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? static_cast<double>(info.totalram) * info.mem_unit / kGib : 0;
}

void look_at_machine(Findings& findings) {
  findings.values["version"] = LORASCOPE_VERSION;
  findings.values["libtorch"] = TORCH_VERSION;
  findings.values["processor"] = processor_name();
  findings.values["cores"] = std::thread::hardware_concurrency();
  findings.values["threads"] = at::get_num_threads();
  findings.values["vector_instructions"] = at::get_cpu_capability();
  findings.values["memory_gib"] = memory_gib();
  const std::string obstacle = nn::why_no_bf16("cpu");
  findings.values["bf16"] = {{"usable", obstacle.empty()}, {"reason", obstacle}};
}

void look_at_gpu(Findings& findings) {
  const std::string reason = nn::why_no_gpu();
  const bool has_driver = fs::exists("/proc/driver/nvidia/version");
  findings.values["gpu"] = {{"usable", reason.empty()}, {"reason", reason}, {"driver", has_driver}};
  if (reason.empty() || !has_driver) return;  // without an NVIDIA card nothing is missing
  findings.add_missing("GPU: " + reason, "run ./quickstart --cuda to set up LibTorch's CUDA libraries");
}

void look_at_encoder(Findings& findings) {
  const auto folder = hub::default_encoder();
  findings.values["default_encoder"] = folder ? Json(folder->string()) : Json();
  findings.values["hub_cache"] = hub::hub_cache().string();
  if (!folder) {
    return findings.add_missing("the default encoder all-MiniLM-L6-v2",
                                "run ./quickstart, or `lorascope model get all-MiniLM-L6-v2`");
  }
  try {
    files::describe_model_folder(*folder);
  } catch (const CheckpointError& error) {
    findings.is_input_bad = true;
    findings.add_missing(error.message(), "remove " + folder->string() + " and run ./quickstart");
  }
}

fs::path existing_parent(fs::path path) {
  path = fs::absolute(path);
  while (!fs::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

void look_at_disk(Findings& findings, const fs::path& folder) {
  std::error_code ignored;
  const fs::space_info space = fs::space(existing_parent(folder), ignored);
  const double free = ignored ? 0 : static_cast<double>(space.available) / kGib;
  findings.values["free_disk_gib"] = free;
  if (free < kLittleDiskGib) {
    findings.add_missing("disk space: little is free where the workspace lies",
                         "free some, or give another --workspace; a checkpoint of full fine-tuning takes three times "
                         "the model");
  }
}

void look_at_workspace(Findings& findings, const std::string& folder) {
  Json& value = findings.values["workspace"];
  value = {{"folder", folder}, {"exists", store::Workspace::exists(folder)}};
  if (!value.at("exists").get<bool>()) return;
  try {
    const store::Workspace workspace = store::Workspace::open(folder);
    value["runs"] = store::RunStore(workspace).list().size();
    value["healthy"] = true;
  } catch (const StoreError& error) {
    value["healthy"] = false;
    value["problem"] = error.message();
    findings.is_input_bad = true;
    findings.add_missing("the workspace " + folder + " cannot be used", error.message());
  }
}

void look_at_window(Findings& findings) {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path() / "lorascope-workbench";
  const bool has_display = hub::environment("DISPLAY") || hub::environment("WAYLAND_DISPLAY");
  findings.values["workbench"] = {{"installed", fs::exists(program)}, {"display", has_display}};
  if (!fs::exists(program)) {
    findings.add_missing("the desktop program", "build with -DLORASCOPE_BUILD_GUI=ON (needs Qt 6 and QCustomPlot)");
  }
}

void print(const Findings& findings) {
  const Json& values = findings.values;
  const auto line = [](const char* name) -> std::ostream& {
    return std::cout << std::left << std::setw(18) << name << std::fixed << std::setprecision(1);
  };
  line("lorascope") << values.at("version").get<std::string>() << ", libtorch "
                    << values.at("libtorch").get<std::string>() << '\n';
  line("processor") << values.at("processor").get<std::string>() << ", " << values.at("cores") << " cores, "
                    << values.at("threads") << " threads, " << values.at("vector_instructions").get<std::string>()
                    << '\n';
  const Json& bf16 = values.at("bf16");
  line("bf16") << (bf16.at("usable").get<bool>() ? "can be used (--precision bf16)" : "not used: " + bf16.at("reason").get<std::string>())
               << '\n';
  line("memory") << values.at("memory_gib").get<double>() << " GiB\n";
  const Json& gpu = values.at("gpu");
  line("GPU") << (gpu.at("usable").get<bool>() ? "can be used" : "none used: " + gpu.at("reason").get<std::string>())
              << '\n';
  const Json& encoder = values.at("default_encoder");
  line("default encoder") << (encoder.is_null() ? "missing" : encoder.get<std::string>()) << '\n';
  line("hub cache") << values.at("hub_cache").get<std::string>() << '\n';
  const Json& workspace = values.at("workspace");
  line("workspace") << workspace.at("folder").get<std::string>();
  if (!workspace.at("exists").get<bool>()) std::cout << " (not made yet)";
  if (workspace.contains("runs")) std::cout << ", healthy, " << workspace.at("runs") << " runs";
  if (workspace.contains("problem")) std::cout << ", cannot be used";
  std::cout << '\n';
  line("free disk") << values.at("free_disk_gib").get<double>() << " GiB\n";
  line("window") << (values.at("workbench").at("installed").get<bool>() ? "installed" : "not installed")
                 << (values.at("workbench").at("display").get<bool>() ? "" : ", no display here") << '\n';
  for (const Json& item : findings.missing) {
    std::cout << "missing: " << item.at("what").get<std::string>() << "\n    " << item.at("how").get<std::string>()
              << '\n';
  }
  if (findings.missing.empty()) std::cout << "nothing is missing\n";
}

void examine(const Options& options) {
  Findings findings;
  look_at_machine(findings);
  look_at_gpu(findings);
  look_at_encoder(findings);
  look_at_workspace(findings, options.workspace);
  look_at_disk(findings, options.workspace);
  look_at_window(findings);
  if (options.json) {
    findings.values["missing"] = findings.missing;
    std::cout << findings.values.dump() << '\n';
  } else {
    print(findings);
  }
  if (findings.is_input_bad) throw CLI::RuntimeError(3);
}

}  // namespace

void add_doctor(CLI::App& program) {
  CLI::App* command = program.add_subcommand("doctor", "What this machine offers, what is missing and how to get it");
  command->footer("Example: lorascope doctor --workspace results");
  auto options = std::make_shared<Options>();
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { examine(*options); });
}

}  // namespace lorascope::app
