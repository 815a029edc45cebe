#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

const Names kTorchFolders = {"core/files", "core/nn", "core/adapters", "core/tasks", "core/analysis", "core/train"};
const Names kPlainCore = {"core/base", "core/study", "core/metrics", "core/store", "core/figures", "core/text", "core/data"};

/// The arrows of ARCHITECTURE.md: folder -> folders it may include. A folder may always include itself.
const std::map<std::string, Names> kArrows = {
    {"core/base", {}},
    {"core/study", {"core/base"}},
    {"core/metrics", {"core/base"}},
    {"core/text", {"core/base"}},
    {"core/data", {"core/base", "core/text"}},
    {"core/store", {"core/base", "core/study", "core/metrics"}},
    {"core/figures", {"core/base", "core/study", "core/metrics", "core/store"}},
    {"core/files", {"core/base"}},
    {"core/nn", {"core/base", "core/files"}},
    {"core/adapters", {"core/base", "core/files", "core/nn"}},
    {"core/tasks", {"core/base", "core/files", "core/nn", "core/adapters", "core/text", "core/data", "core/metrics"}},
    {"core/analysis", {"core/base", "core/files", "core/nn", "core/adapters"}},
    {"core/train",
     {"core/base", "core/files", "core/nn", "core/adapters", "core/tasks", "core/analysis", "core/text", "core/data",
      "core/metrics"}},
};

std::string group_of(const fs::path& relative) {
  auto part = relative.begin();
  const std::string top = part->string();
  if (top != "core" && top != "app") return top;
  return top + "/" + (++part)->string();
}

bool may_include(const std::string& from, const std::string& to) {
  if (from == to) return true;
  if (from.starts_with("core/")) {
    const auto arrows = kArrows.find(from);
    return arrows != kArrows.end() && arrows->second.contains(to);
  }
  if (from == "ui") return kPlainCore.contains(to);
  if (from == "app/workbench") return to == "ui" || kPlainCore.contains(to);
  return from == "app/lorascope" && to.starts_with("core/");
}

struct Include {
  fs::path file;
  int line = 0;
  std::string target;
};

std::vector<Include> includes_of(const fs::path& file) {
  std::vector<Include> found;
  std::ifstream stream(file);
  std::string text;
  for (int line = 1; std::getline(stream, text); ++line) {
    if (!text.starts_with("#include ")) continue;
    const auto open = text.find_first_of("<\"");
    const auto close = text.find_first_of(">\"", open + 1);
    if (close != std::string::npos) found.push_back({file, line, text.substr(open + 1, close - open - 1)});
  }
  return found;
}

std::vector<fs::path> sources_below(const fs::path& root) {
  std::vector<fs::path> files;
  for (const char* top : {"core", "ui", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".h" || extension == ".cpp") files.push_back(entry.path());
    }
  }
  return files;
}

bool is_torch(const std::string& header) {
  return header.starts_with("ATen/") || header.starts_with("c10/") || header.starts_with("torch/");
}

bool is_qt(const std::string& header) {
  return header == "qcustomplot.h" || (header.size() > 1 && header[0] == 'Q' && std::isupper(header[1])) || header.starts_with("Qt");
}

bool is_database(const std::string& header) { return header == "sqlite3.h" || header.starts_with("SQLiteCpp/"); }

std::string place(const Include& include, const fs::path& root) {
  return fs::relative(include.file, root).string() + ":" + std::to_string(include.line) + " includes " + include.target;
}

}  // namespace

TEST_CASE("every include follows an arrow of the architecture", "[layering]") {
  const fs::path root = LORASCOPE_SOURCE_DIR;
  std::ostringstream wrong;
  int num_project_includes = 0;
  for (const fs::path& file : sources_below(root)) {
    const std::string from = group_of(fs::relative(file, root));
    for (const Include& include : includes_of(file)) {
      const fs::path target = include.target;
      const std::string top = target.has_parent_path() ? target.begin()->string() : "";
      if (top != "core" && top != "ui" && top != "app") continue;
      ++num_project_includes;
      if (!may_include(from, group_of(target))) wrong << place(include, root) << "\n";
    }
  }
  INFO(wrong.str());
  CHECK(wrong.str().empty());
  CHECK(num_project_includes > 50);
}

TEST_CASE("libtorch, Qt and SQLite stay in the folders that may use them", "[layering]") {
  const fs::path root = LORASCOPE_SOURCE_DIR;
  std::ostringstream wrong;
  for (const fs::path& file : sources_below(root)) {
    const std::string from = group_of(fs::relative(file, root));
    for (const Include& include : includes_of(file)) {
      const std::string& header = include.target;
      const bool torch_allowed = kTorchFolders.contains(from) || from == "app/lorascope" || from == "core/torch_pch.cpp";
      const bool qt_allowed = from == "ui" || from == "app/workbench";
      const bool wrong_place = (is_torch(header) && !torch_allowed) || (is_qt(header) && !qt_allowed) ||
                               (is_database(header) && from != "core/store");
      if (wrong_place) wrong << place(include, root) << "\n";
    }
  }
  INFO(wrong.str());
  CHECK(wrong.str().empty());
}

TEST_CASE("source files stay within 600 lines, generated tables aside", "[layering]") {
  const fs::path root = LORASCOPE_SOURCE_DIR;
  std::ostringstream wrong;
  for (const fs::path& file : sources_below(root)) {
    if (file.string().find("tables") != std::string::npos) continue;
    std::ifstream stream(file);
    std::string text;
    int lines = 0;
    while (std::getline(stream, text)) ++lines;
    if (lines > 600) wrong << fs::relative(file, root).string() << " has " << lines << " lines\n";
  }
  INFO(wrong.str());
  CHECK(wrong.str().empty());
}
