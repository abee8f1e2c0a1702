// The tools that a chat offers to the model, as a file of OpenAI's format lists them.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace q3l::cli {

struct Tools {
  std::vector<Json> definitions;   // {"type": "function", "function": {"name": ..., ...}}
  std::vector<std::string> names;  // of each
};

// A JSON array of such definitions, or of the functions alone. Throws FileError, which names the
// file and what is wrong where.
Tools read_tools(const std::string& path);

}  // namespace q3l::cli
