#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/import/metric_table.h"
#include "core/store/run_record.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

/// What an import did.
struct ImportedRun {
  store::RunId run = 0;
  bool is_new = true;        ///< false: the run of an earlier import of the same folder, brought up to date
  std::size_t series = 0;
  std::size_t points = 0;
  std::size_t checkpoints = 0;  ///< whose spectra are stored now
  std::vector<std::string> notes;  ///< what could not be had: "no base model: no spectra of full checkpoints"
};

/// Makes the output folder of a Hugging Face Trainer a finished run: every logged value a series, an evaluation of each
/// evaluated step, spectra of every checkpoint, settings as far as its files say them. Imported again, the same folder
/// is brought up to date and stays the same run. `base` may be empty; for an adapter it gives the norms of the base
/// weights, for full checkpoints the spectra need it. Everything is read before anything is written. Throws InputError.
ImportedRun import_trainer_folder(store::Workspace& workspace, const std::filesystem::path& folder,
                                  const std::filesystem::path& base, const std::string& name);

/// Makes a table of metrics a finished run, or brings the run of an earlier import of the same file up to date. Throws
/// DataError.
ImportedRun import_metric_table(store::Workspace& workspace, const std::filesystem::path& file,
                                const TableMapping& mapping, const std::string& name);

}  // namespace lorascope::app
