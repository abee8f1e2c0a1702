#include <cstdio>

#include "base/json.h"
#include "cli/commands.h"
#include "engine/vocabulary.h"

namespace q3l::cli {

void tokenize(const Arguments& arguments) {
  const gguf::Reader file(arguments.model);
  const Tokenizer tokenizer(read_vocabulary(file));
  std::string ids;
  for (int32_t id : tokenizer.encode(arguments.prompt, !arguments.no_special)) {
    ids += (ids.empty() ? "" : arguments.json ? ", " : " ") + std::to_string(id);
  }
  if (arguments.json) ids = JsonObject().add("ids", "[" + ids + "]").text();
  std::printf("%s\n", ids.c_str());
}

}  // namespace q3l::cli
