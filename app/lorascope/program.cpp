#include "app/lorascope/program.h"

#include <exception>
#include <iostream>
#include <new>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/status.h"
#include "core/base/error.h"

namespace lorascope::app {
namespace {

void add_commands(CLI::App& program) {
  add_demo(program);
  add_workbench(program);
  add_run(program);
  add_runs(program);
  add_run_control(program);
  add_queue(program);
  add_tokenize(program);
  add_encode(program);
  add_data(program);
  add_adapter(program);
  add_mix(program);
  add_model(program);
  add_doctor(program);
  add_export(program);
  add_score(program);
  add_run_one(program);
  add_bench(program);
  add_evaluate(program);
  add_predict(program);
  add_train(program);
  add_forward(program);
  add_inspect(program);
  add_import(program);
  add_analyse(program);
  add_directions(program);
  add_kept_share(program);
  add_derive(program);
}

int report(const Error& error) {
  std::cerr << "lorascope: " << error.message() << '\n';
  if (!error.hint().empty()) std::cerr << "Hint: " << error.hint() << '\n';
  return error.exit_code();
}

}  // namespace

int run_program(int argc, char** argv) try {
  CLI::App program{"Lorascope shows what low-rank adapters do to a language encoder.", "lorascope"};
  program.require_subcommand(0, 1);
  program.fallthrough(false);
  add_commands(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::RuntimeError& ended) {
    return ended.get_exit_code();
  } catch (const CLI::ParseError& problem) {
    return program.exit(problem) == 0 ? 0 : 2;
  }
  if (program.get_subcommands().empty() && !print_status()) std::cout << program.help();
  return 0;
} catch (const Error& error) {
  return report(error);
} catch (const std::bad_alloc&) {
  return report(Error("out of memory", "use a smaller batch or a smaller model"));
} catch (const std::exception& problem) {
  return report(Error(problem.what()));
}

}  // namespace lorascope::app
