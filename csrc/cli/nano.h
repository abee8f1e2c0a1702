// Where the model is that comes with the package: q3l takes it where none is named.
#pragma once

#include <string>

namespace q3l::cli {

// The path of qwen3lite-nano, as pip installed it along with this program or as it lies in the
// source tree that the program was built in. Throws FileError where it is in none of these.
std::string nano_path();

}  // namespace q3l::cli
