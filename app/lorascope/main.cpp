#include "app/lorascope/program.h"

int main(int argc, char** argv) { return lorascope::app::run_program(argc, argv); }
