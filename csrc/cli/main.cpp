#include <cstdio>
#include <exception>

#include "base/error.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace q3l::cli;
  try {
    const Arguments arguments = parse_arguments(argc, argv);
    if (arguments.command == "run") run(arguments);
    if (arguments.command == "chat") chat(arguments);
    if (arguments.command == "inspect") inspect(arguments);
    if (arguments.command == "tokenize") tokenize(arguments);
    if (arguments.command == "bench") bench(arguments);
    if (arguments.command.empty()) std::fputs(help_text().c_str(), stdout);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "q3l: %s\n", e.what());
    return 2;
  }
}
