#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/store/workspace.h"
#include "core/study/study.h"

namespace lorascope::app::queue {

/// Every problem in the data files of a study's runs; each file is read once.
std::vector<Problem> data_problems(const study::Study& study);

/// Generates the study's miniature data into the workspace (artifacts/data/…) where it asks for any, and enters the
/// files into its runs. The same seed and size share their files.
void make_data(study::Study& study, const store::Workspace& workspace);

/// The equivalent `lorascope train …` of one run, as a shell would read it; options with their default value are left
/// out.
std::string train_command(const study::RunSettings& settings, const store::Workspace& workspace);

}  // namespace lorascope::app::queue
