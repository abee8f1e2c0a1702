// The commands of q3l, one file each. They write results to stdout, and throw for the rest.
#pragma once

#include "cli/arguments.h"

namespace q3l::cli {

void run(const Arguments& arguments);
void chat(const Arguments& arguments);
void inspect(const Arguments& arguments);
void tokenize(const Arguments& arguments);
void bench(const Arguments& arguments);

// What the flags say, and what --mem-limit makes of it, which stderr tells in a line. `n_needed`:
// positions that the command takes, where it is not the context that says how many.
EngineOptions engine_options(const Arguments& arguments, int n_needed = 0);

}  // namespace q3l::cli
