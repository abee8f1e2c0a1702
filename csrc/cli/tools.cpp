#include "cli/tools.h"

#include "base/error.h"
#include "base/file_map.h"

namespace q3l::cli {

namespace {

constexpr const char* kRemedy =
    R"(; list tools as [{"type": "function", "function": {"name": "...", "parameters": {...}}}])";

Json parse_list(const std::string& path) {
  const FileMap file(path);
  try {
    Json list = parse_json({reinterpret_cast<const char*>(file.data()), file.size()});
    if (list.kind == Json::Kind::array && !list.items.empty()) return list;
  } catch (const InvalidArgumentError& error) {
    throw FileError(quoted(path) + ", " + error.what() + kRemedy);
  }
  throw FileError(quoted(path) + " holds no tools" + kRemedy);
}

// Models were trained on functions in OpenAI's envelope: those without one get it.
Json in_envelope(const Json& tool) {
  if (tool.find("function")) return tool;
  Json envelope{.kind = Json::Kind::object};
  envelope.set("type", {.kind = Json::Kind::string, .text = "function"});
  envelope.set("function", tool);
  return envelope;
}

}  // namespace

Tools read_tools(const std::string& path) {
  Tools tools;
  for (const Json& item : parse_list(path).items) {
    Json tool = in_envelope(item);
    const Json* name = tool.find("function")->find("name");
    if (!name || name->kind != Json::Kind::string || name->text.empty()) {
      throw FileError(quoted(path) + ": tool " + std::to_string(tools.names.size() + 1) +
                      " has no name" + kRemedy);
    }
    tools.names.push_back(name->text);
    tools.definitions.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace q3l::cli
