#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

// One function a command, each in commands/NAME.cpp: adds the sub-command with its options and its callback.
void add_adapter(CLI::App& program);
void add_doctor(CLI::App& program);
void add_mix(CLI::App& program);
void add_model(CLI::App& program);
void add_data(CLI::App& program);
void add_encode(CLI::App& program);
void add_export(CLI::App& program);
void add_forward(CLI::App& program);
void add_import(CLI::App& program);
void add_inspect(CLI::App& program);
void add_analyse(CLI::App& program);
void add_directions(CLI::App& program);
void add_kept_share(CLI::App& program);
void add_derive(CLI::App& program);
void add_score(CLI::App& program);
void add_bench(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_predict(CLI::App& program);
void add_run_one(CLI::App& program);
void add_train(CLI::App& program);
void add_tokenize(CLI::App& program);
void add_run(CLI::App& program);
void add_runs(CLI::App& program);
void add_run_control(CLI::App& program);
void add_demo(CLI::App& program);
void add_queue(CLI::App& program);
void add_workbench(CLI::App& program);

}  // namespace lorascope::app
