#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/study/run_settings.h"

namespace lorascope::study {

/// A finding about a study file.
struct StudyIssue {
  int line = 0;     ///< from 1; 0 = the file as a whole
  std::string key;  ///< dotted path: "methods[1].training.learning_rate"
  std::string found;
  std::string allowed;
  std::string hint;

  /// "study.toml:12: training.learning_rate: found …, expected …. Hint: …"
  Problem to_problem(const std::filesystem::path& file) const;
};

/// Data that the program generates itself when the study starts, instead of files.
struct MiniatureData {
  std::uint64_t seed = 42;
  std::int64_t size = 0;  ///< training sentences; 0 = the generator's own size
};

/// A study file and the runs that it means: methods x grid x seeds.
struct Study {
  std::string name;
  std::string description;
  std::string source;  ///< the TOML text
  std::string hash;    ///< SHA-256 of the source
  std::string task;
  std::optional<MiniatureData> miniature;  ///< the runs' files are empty until set_data_files()
  std::vector<RunSettings> runs;

  void set_data_files(const std::string& train, const std::string& eval, const std::string& test);
};

struct StudyOptions {
  std::filesystem::path data_folder;  ///< where relative data files lie; empty = beside the study file
  bool check_files = true;            ///< whether data files, model and adapter folders must exist
};

struct StudyReading {
  Study study;                     ///< to be used only without issues
  std::vector<StudyIssue> issues;  ///< all of them, by line
};

/// Parses, validates and expands a study. `file` is where the text came from: relative paths start at its folder.
StudyReading read_study(std::string_view toml, const std::filesystem::path& file, const StudyOptions& options = {});

/// Reads a study file. Throws StudyError with every issue, DataError where the file cannot be read.
Study load_study(const std::filesystem::path& file, const StudyOptions& options = {});
/// The same for a text (the built-in study).
Study load_study(std::string_view toml, const std::filesystem::path& file, const StudyOptions& options);

}  // namespace lorascope::study
