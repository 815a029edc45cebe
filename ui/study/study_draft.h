#pragma once

#include <QString>
#include <QStringList>
#include <map>
#include <string>
#include <vector>

#include "core/study/run_settings.h"

namespace lorascope::ui {

/// One method of a study that is being made: a name and what differs from the study's own settings.
struct DraftMethod {
  QString name;
  std::string method = "lora";                  ///< "ft", "lora", …
  std::map<std::string, std::string> settings;  ///< dotted key to its value as TOML: "training.learning_rate" to "1e-3"
};

/// A study while it is being made in the window. Values are TOML texts, so that what a person typed is what the file
/// says; core/study judges them.
struct StudyDraft {
  QString name;
  QString description;
  std::string task = "wnut17";
  QString model = QStringLiteral("default");
  QString preset;          ///< of core/study: "paper", "tuned"; empty: none
  bool miniature = false;  ///< generated data instead of files
  QString train, eval, test;
  QString seeds = QStringLiteral("42");         ///< "42, 43, 44"
  std::map<std::string, std::string> settings;  ///< of all methods
  std::vector<DraftMethod> methods;
  std::vector<std::pair<std::string, std::string>> grid;  ///< dotted key and a TOML list

  /// The study file.
  QString toml() const;
};

/// A value that a person typed as TOML: numbers, true, false, quoted texts and lists as they are, other words quoted.
std::string tomlValue(const QString& typed);
/// A text as a TOML string.
std::string tomlText(const QString& text);

/// Paper and Tuned are core/study's presets with FT and LoRA under them; Quick stops after forty steps, to see that all
/// works.
enum class StudyPreset { Paper, Tuned, Quick };
void applyPreset(StudyDraft& draft, StudyPreset preset);

/// The draft of a study with one method: a run's settings, for "open with changed settings".
StudyDraft draftOf(const study::RunSettings& settings);

}  // namespace lorascope::ui
