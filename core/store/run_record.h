#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::store {

using RunId = std::int64_t;

/// What a run is doing. Lost: it was alive, its heartbeat is old and its process is gone.
enum class RunState { Queued, Starting, Running, Paused, Stopping, Finished, Stopped, Failed, Lost };

/// "queued", "starting", …: the names in the database and in JSON.
std::string_view text(RunState state);
/// Throws StoreError for another name.
RunState run_state_from(std::string_view name);
/// Starting, running, paused or stopping: a process should be there.
bool is_alive(RunState state);
/// Stopped, failed or lost: `resume` may start a new process.
bool can_resume(RunState state);

/// The newest sign of life of a run.
struct Heartbeat {
  double time = 0;               ///< seconds since 1970
  std::int64_t step = 0;         ///< optimiser steps done
  std::int64_t total_steps = 0;  ///< 0 = not known yet
  double loss = 0;               ///< of the last step
  double tokens_per_second = 0;  ///< real tokens
  double seconds_left = -1;      ///< negative = not known yet
  double rss_mib = 0;            ///< resident memory
  std::string phase;             ///< "loading the model", "training", "evaluating on eval", …
};

/// Scores by split and metric: scores["test"]["f1"].
using Scores = std::map<std::string, std::map<std::string, double>>;

/// The best evaluation so far by the run's own selection metric.
struct BestScore {
  std::string metric;
  double value = 0;
  std::int64_t step = 0;
};

/// What a run amounts to at its end.
struct RunResult {
  Scores scores;
  double seconds = 0;            ///< training wall time over all its processes
  double tokens_per_second = 0;  ///< real tokens of training
  std::int64_t parameters_all = 0;
  std::int64_t parameters_trainable = 0;
  double peak_rss_mib = 0;
};

/// Where a run runs and with what, for the Environment page and the paper kit. JSON texts are objects.
struct RunEnvironment {
  std::string device;       ///< "cpu, 2 threads, AVX2"
  std::string versions;     ///< JSON: {"lorascope": …, "libtorch": …}
  std::string data_hashes;  ///< JSON: {"train": sha256, …}
  std::string model_hash;   ///< sha256 of the model's weight file
};

/// One row of the run table with its newest heartbeat.
struct RunRecord {
  RunId id = 0;
  std::optional<std::int64_t> study_id;
  std::string study;  ///< the study's name; empty without one
  std::string group;
  std::string name;
  std::string task;
  std::string method;    ///< "ft", "lora"
  std::string settings;  ///< canonical JSON: study::RunSettings::from_json
  std::string settings_hash;
  RunState state = RunState::Queued;
  std::string reason;  ///< why it failed, was stopped or lost; one sentence
  std::string hint;
  double created = 0;  ///< seconds since 1970; 0 = not yet
  double started = 0;
  double ended = 0;
  std::int64_t pid = 0;
  std::int64_t pid_start = 0;  ///< the process's start time in clock ticks since boot: a reused pid differs
  std::optional<RunId> parent;
  std::string command_line;  ///< the equivalent command
  RunEnvironment environment;
  Heartbeat heartbeat;
  std::optional<BestScore> best;
  RunResult result;           ///< scores are empty until the run ended
  double queue_position = 0;  ///< lower starts earlier
  std::vector<std::string> tags;
  std::string note;    ///< Markdown
  std::string colour;  ///< "#RRGGBB"; empty = by method
  bool starred = false;
  bool hidden = false;  ///< the eye is closed: not drawn in plots
  double trashed = 0;   ///< time of its deletion to the trash; 0 = not in the trash
};

}  // namespace lorascope::store
