#include "app/lorascope/hub/data_sources.h"

#include <system_error>

#include "app/lorascope/hub/blob_download.h"
#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::app::hub {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWnut17 = "https://raw.githubusercontent.com/leondz/emerging_entities_17/master";
constexpr const char* kSquad = "https://rajpurkar.github.io/SQuAD-explorer/dataset";
constexpr const char* kSwag = "https://raw.githubusercontent.com/rowanz/swagaf/master/data";

HubFile file(const char* name, std::uint64_t size, const char* sha256) {
  HubFile result;
  result.name = name;
  result.size = size;
  result.sha256 = sha256;
  return result;
}

std::vector<DataSource> sources() {
  return {{"wnut17",
           kWnut17,
           {file("wnut17train.conll", 0, "731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5"),
            file("emerging.dev.conll", 0, "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8"),
            file("emerging.test.annotated", 0, "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0")},
           "CC BY 4.0"},
          {"squad",
           kSquad,
           {file("train-v1.1.json", 30288272, "3527663986b8295af4f7fcdff1ba1ff3f72d07d61a20f487cb238a6ef92fd955"),
            file("dev-v1.1.json", 4854279, "95aa6a52d5d6a735563366753ca50492a658031da74f301ac5238b03966972c9")},
           "CC BY-SA 4.0"},
          {"squad-v2",
           kSquad,
           {file("train-v2.0.json", 0, "68dcfbb971bd3e96d5b46c7177b16c1a4e7d4bdef19fb204502738552dede002"),
            file("dev-v2.0.json", 0, "80a5225e94905956a6446d296ca1093975c4d3b3260f1d6c8f68bc2ab77182d8")},
           "CC BY-SA 4.0"},
          {"swag", kSwag, {file("train.csv", 0, ""), file("val.csv", 0, ""), file("test.csv", 0, "")}, "MIT"}};
}

/// Whether the file is there already; throws where something else has its name.
bool is_here(const fs::path& path, const HubFile& wanted) {
  if (!fs::exists(path)) return false;
  if (wanted.sha256.empty() || sha256_file(path) == wanted.sha256) return true;
  throw Error(path.string() + " is there, but is not the file that would be fetched",
              "move it away, or give another folder with --to");
}

}  // namespace

DataSource data_source(const std::string& name) {
  std::string names;
  for (DataSource& source : sources()) {
    if (source.name == name) return std::move(source);
    names += (names.empty() ? "" : ", ") + source.name;
  }
  throw UsageError("there is no source for \"" + name + "\"", "known: " + names + "; or --hub OWNER/NAME");
}

std::vector<fs::path> fetch_data(const DataSource& source, const fs::path& to, const HubOptions& options,
                                 const Progress& progress) {
  HubOptions asked = options;
  asked.token.clear();  // the token is the hub's
  asked.server = "the server of " + source.name;
  asked.hint_not_found = "the address " + source.folder + " may have changed: give another with --from";
  asked.hint_offline = "check the network, or fetch the files elsewhere from " + source.folder;
  std::error_code problem;
  fs::create_directories(to, problem);
  if (problem) throw Error("cannot write " + to.string() + ": " + problem.message(), "give another folder with --to");
  std::vector<fs::path> paths;
  for (const HubFile& wanted : source.files) {
    const fs::path path = to / wanted.name;
    paths.push_back(path);
    if (is_here(path, wanted)) continue;
    if (options.is_offline) {
      throw Error(wanted.name + " is not in " + to.string() + " and HF_HUB_OFFLINE forbids to fetch it",
                  "unset HF_HUB_OFFLINE, or put the file there");
    }
    download_blob(source.folder + "/" + wanted.name, wanted, path, asked, progress);
  }
  return paths;
}

}  // namespace lorascope::app::hub
