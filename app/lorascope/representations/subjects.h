#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/tasks/task_model.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app::representations {

/// A model whose hidden states are looked at.
struct Subject {
  std::string name;              ///< "FT, lr 5e-5, seed 42"; of a folder its name
  std::string method;            ///< "base", "untrained", "ft", "lora", "xlora"
  std::int64_t run = 0;          ///< 0: no run
  std::filesystem::path model;   ///< whole model, or the base under an adapter
  std::filesystem::path adapter; ///< adapter or X-LoRA folder; may be empty
  std::string xlora_mode = "ours";

  Json json() const;
};

struct SubjectOptions {
  std::vector<std::string> names;     ///< runs by number or name; folders of models and adapters
  std::vector<std::string> adapters;  ///< folders over `model`
  std::string model;                  ///< base of the folders
  bool untrained = false;             ///< adds an untrained model of the same shape
};

/// The base model first, then what was named, then the untrained model. `workspace` may be null where no run is named.
/// Throws UsageError (nothing named, several bases, an adapter without base), StoreError (a run without weights).
std::vector<Subject> find_subjects(const SubjectOptions& options, const store::Workspace* workspace);

/// For hidden states only: heads are left out, so that models of different tasks are opened alike. Throws
/// CheckpointError.
std::unique_ptr<tasks::TaskModel> open_subject(const Subject& subject);

}  // namespace lorascope::app::representations
