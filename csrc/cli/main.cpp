#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/interrupt.h"

namespace {

// What the program ends with; docs/q3l.1 lists them.
enum Status { kDone = 0, kDefect = 1, kUsage = 2, kFile = 3, kResources = 4, kInterrupted = 130 };

void execute(int argc, char** argv) {
  using namespace q3l::cli;
  const Arguments arguments = parse_arguments(argc, argv);
  if (arguments.command == "run") run(arguments);
  if (arguments.command == "chat") chat(arguments);
  if (arguments.command == "inspect") inspect(arguments);
  if (arguments.command == "tokenize") tokenize(arguments);
  if (arguments.command == "bench") bench(arguments);
  if (arguments.command.empty()) std::fputs(help_text().c_str(), stdout);
}

int fail(const char* what, Status status) {
  std::fprintf(stderr, "q3l: %s\n", what);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    execute(argc, argv);
    // What was printed may still have to be written.
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return kDone;
    return fail("the output cannot be written; is the disk full?", kFile);
  } catch (const q3l::cli::Interrupted&) {
    return kInterrupted;
  } catch (const q3l::InvalidArgumentError& e) {
    return fail(e.what(), kUsage);
  } catch (const q3l::ContextOverflowError& e) {
    return fail(e.what(), kUsage);
  } catch (const q3l::OverloadedError& e) {
    return fail(e.what(), kResources);
  } catch (const std::bad_alloc&) {
    return fail("memory ran out; take a smaller model, -c or --kv-type", kResources);
  } catch (const q3l::Error& e) {
    return fail(e.what(), kFile);
  } catch (const std::exception& e) {
    return fail(e.what(), kDefect);
  }
}
