#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  std::int64_t size = 0;  ///< training examples; 0 = the generator's own size
};

/// One task of a study.
struct StudyTask {
  std::string task;
  std::optional<MiniatureData> miniature;  ///< the runs' files are empty until set_data_files()
};

/// What somebody else found for a cell of the study's table: shown beside the study's own scores.
struct Reference {
  std::string source;                    ///< "[Emmanuel & Melo] Table 5"
  std::string task;                      ///< "squad"
  std::string model;                     ///< as the study would name it: "bert-base-uncased"
  std::string method;                    ///< "ft", "lora", "xlora"
  std::map<std::string, double> values;  ///< by the names of scores, in their units; "seconds", "parameters_trainable"
};

/// A study file and the runs that it means: tasks x methods x grid x seeds.
struct Study {
  std::string name;
  std::string description;
  std::string source;  ///< the TOML text
  std::string hash;    ///< SHA-256 of the source
  std::vector<StudyTask> tasks;
  std::vector<RunSettings> runs;
  /// Of each run the numbers in `runs` of those whose adapters it mixes, each before it, in the order of its
  /// xlora.adapters, which say "TASK=GROUP / NAME" until the runs have numbers in a store.
  std::vector<std::vector<std::size_t>> parents;
  std::vector<Reference> references;

  /// Of all runs of one task, and of those of several that have it.
  void set_data_files(const std::string& task, const std::string& train, const std::string& eval,
                      const std::string& test);
};

struct StudyOptions {
  /// Where relative data files lie, there or in a folder in it; empty = beside the study file.
  std::filesystem::path data_folder;
  bool check_files = true;            ///< whether data files, model and adapter folders must exist
  /// Settings by key that hold for every run, whatever the file says: "training.max_steps" and "20". Numbers, true,
  /// false and lists as JSON has them, anything else is a text.
  std::vector<std::pair<std::string, std::string>> overrides = {};
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
