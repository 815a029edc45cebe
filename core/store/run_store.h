#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/rows.h"
#include "core/store/run_record.h"
#include "core/store/workspace.h"
#include "core/study/run_settings.h"

namespace lorascope::store {

/// Which runs list() returns.
enum class Trash { Without, Only, With };

/// Everything about runs but the hot path of metrics (MetricWriter). Each change is one durable transaction; every
/// function throws StoreError (database unusable, disk full) or Error (no such run).
class RunStore {
 public:
  explicit RunStore(const Workspace& workspace) : workspace_(&workspace) {}

  /// A queued run. `command_line` is the equivalent command; `parent` the run it was derived from.
  RunId create(const study::RunSettings& settings, std::optional<std::int64_t> study_id = {},
               const std::string& command_line = {}, std::optional<RunId> parent = {});
  /// A run that was made elsewhere, or derived from another without training (then in the
  /// study of its parent): finished from the start, never queued.
  RunId create_finished(const study::RunSettings& settings, const std::string& command_line,
                        std::optional<RunId> parent = {});

  /// In order of creation.
  std::vector<RunRecord> list(Trash trash = Trash::Without) const;
  std::optional<RunRecord> find(RunId run) const;
  /// Throws Error: `there is no run 12`.
  RunRecord get(RunId run) const;
  /// A number, "run-12", or a name that only one run has. Throws UsageError listing the matches.
  RunRecord get(std::string_view id_or_name) const;

  /// Sets the state; `reason` and `hint` say why. Started and ended times follow from the state.
  void set_state(RunId run, RunState state, const std::string& reason = {}, const std::string& hint = {});
  /// As set_state, but only if the run is still in one of `from`; false otherwise. For races between processes.
  bool change_state(RunId run, const std::vector<RunState>& from, RunState to, const std::string& reason = {},
                    const std::string& hint = {});
  /// The process that carries the run: this one by default.
  void set_process(RunId run, std::int64_t pid, std::int64_t pid_start);
  void set_environment(RunId run, const RunEnvironment& environment);
  void set_best(RunId run, const BestScore& best);
  void set_result(RunId run, const RunResult& result);
  void write_heartbeat(RunId run, const Heartbeat& heartbeat);

  /// The next queued run by queue position, taken in the same transaction (state: starting). Nothing when none waits.
  /// A run that mixes adapters of others is passed over until all of those have finished, and ended where one of them
  /// failed or was stopped.
  std::optional<RunRecord> take_next_queued();
  std::vector<RunRecord> queued() const;
  /// Runs whose state says that a process carries them.
  std::vector<RunRecord> alive() const;
  /// Puts a queued run before another queued one, or at the end.
  void move_in_queue(RunId run, std::optional<RunId> before);

  // Metrics: written by MetricWriter.
  std::vector<std::string> series_names(RunId run) const;
  /// Points with step > since, by step. Empty for an unknown series.
  std::vector<MetricPoint> points(RunId run, std::string_view series, std::int64_t since_step = INT64_MIN) const;
  std::int64_t num_points(RunId run, std::string_view series) const;
  /// Forgets points, spectra, evaluations and predictions of steps after `step`: a resumed run writes them again.
  void forget_after(RunId run, std::int64_t step);

  void add_event(RunId run, std::string_view level, std::string_view text);
  /// Events with id > since_id, oldest first; the newest `limit` of them.
  std::vector<Event> events(RunId run, std::int64_t since_id = 0, std::size_t limit = 10000) const;

  void add_evaluation(RunId run, const Evaluation& evaluation);
  std::vector<Evaluation> evaluations(RunId run) const;

  void add_spectra(RunId run, const std::vector<Spectrum>& spectra);
  /// Spectra with step > since, by step and module; of one module where it is not empty.
  std::vector<Spectrum> spectra(RunId run, std::int64_t since_step = INT64_MIN, const std::string& module = {}) const;
  std::vector<std::int64_t> spectrum_steps(RunId run) const;

  /// The first batch as the model sees it: a JSON object.
  void set_first_batch(RunId run, const std::string& json);
  std::optional<std::string> first_batch(RunId run) const;

  void add_predictions(RunId run, std::int64_t step, const std::string& split, const std::vector<Prediction>& rows);
  /// Of one step, or of the newest that has predictions of this split; by example.
  std::vector<Prediction> predictions(RunId run, const std::string& split, std::optional<std::int64_t> step = {}) const;
  /// Steps that have predictions of this split, in order.
  std::vector<std::int64_t> prediction_steps(RunId run, const std::string& split) const;

  /// Replaces an earlier row of the same kind and path.
  void add_artifact(RunId run, const Artifact& artifact);
  std::vector<Artifact> artifacts(RunId run, const std::string& kind = {}) const;
  void remove_artifact(RunId run, const std::string& path);

  // The user's marks.
  void set_name(RunId run, const std::string& name);
  void set_note(RunId run, const std::string& markdown);
  void add_tag(RunId run, const std::string& tag);
  void remove_tag(RunId run, const std::string& tag);
  void set_colour(RunId run, const std::string& colour);
  void set_starred(RunId run, bool starred);
  void set_hidden(RunId run, bool hidden);
  /// To the trash and back. Throws Error while the run is alive.
  void set_trashed(RunId run, bool trashed);
  /// Removes the row, all that hangs on it, and its artifacts folder. Throws Error while the run is alive.
  void delete_permanently(RunId run);

 private:
  const Workspace* workspace_;
};

}  // namespace lorascope::store
