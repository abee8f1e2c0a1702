// The commands of q3l, one file each. They write results to stdout, and throw for the rest.
#pragma once

#include "cli/arguments.h"

namespace q3l::cli {

void run(const Arguments& arguments);
void chat(const Arguments& arguments);
void inspect(const Arguments& arguments);
void tokenize(const Arguments& arguments);
void bench(const Arguments& arguments);

}  // namespace q3l::cli
