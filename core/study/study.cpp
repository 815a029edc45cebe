#include "core/study/study.h"

#include "core/base/files.h"
#include "core/study/study_reader.h"

namespace lorascope::study {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLargestStudyBytes = 4 << 20;

}  // namespace

Problem StudyIssue::to_problem(const fs::path& file) const {
  std::string where = file.string();
  if (line > 0) where += ":" + std::to_string(line);
  if (!key.empty()) where += ": " + key;
  return {where, found, allowed, hint};
}

void Study::set_data_files(const std::string& task, const std::string& train, const std::string& eval,
                           const std::string& test) {
  for (RunSettings& run : runs) {
    SeveralTasks& several = run.several;
    for (std::size_t i = 0; i < several.tasks.size(); ++i) {
      if (several.tasks[i] != task) continue;
      several.train[i] = train;
      several.eval[i] = eval;
      several.test[i] = test;
    }
    if (run.task != task) continue;
    run.train_file = train;
    run.eval_file = eval;
    run.test_file = test;
  }
}

StudyReading read_study(std::string_view toml, const fs::path& file, const StudyOptions& options) {
  StudyReading reading;
  try {
    const toml::table document = toml::parse(toml, file.string());
    reading = StudyReader(document, file, options).read();
  } catch (const toml::parse_error& problem) {
    const auto& begin = problem.source().begin;
    reading.issues.push_back({static_cast<int>(begin.line), "",
                              "text that is no TOML at column " + std::to_string(begin.column), "TOML",
                              std::string(problem.description())});
  }
  reading.study.source = std::string(toml);
  reading.study.hash = sha256(toml);
  return reading;
}

Study load_study(std::string_view toml, const fs::path& file, const StudyOptions& options) {
  StudyReading reading = read_study(toml, file, options);
  if (reading.issues.empty()) return std::move(reading.study);
  std::vector<Problem> problems;
  for (const StudyIssue& issue : reading.issues) problems.push_back(issue.to_problem(file));
  throw StudyError("cannot use the study " + file.string(), std::move(problems));
}

Study load_study(const fs::path& file, const StudyOptions& options) {
  return load_study(read_file(file, kLargestStudyBytes), file, options);
}

}  // namespace lorascope::study
