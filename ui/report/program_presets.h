#pragma once

#include <QString>
#include <QStringList>
#include <functional>
#include <string>
#include <vector>

#include "core/figures/content.h"
#include "core/store/run_record.h"

class QJsonObject;

namespace lorascope::ui {

/// One command whose answer becomes figures and tables.
struct ProgramStep {
  QStringList arguments;  ///< without --workspace and --json
  std::function<std::vector<figures::Content>(const QJsonObject& answer)> contents;
  std::vector<store::RunRecord> runs = {};  ///< that it is about
};

/// An analysis that a child process computes from the models themselves.
struct ProgramPreset {
  QString name, about;
  /// For these finished runs, one of a group; empty where they have nothing of the kind.
  std::function<std::vector<ProgramStep>(const std::vector<store::RunRecord>& runs)> steps;
};

const std::vector<ProgramPreset>& programPresets();

/// The first finished run of each setting.
std::vector<store::RunRecord> oneOfEachSetting(const std::vector<store::RunRecord>& runs);

}  // namespace lorascope::ui
