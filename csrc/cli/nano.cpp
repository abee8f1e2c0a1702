#include "cli/nano.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.h"

namespace q3l::cli {

namespace {

namespace fs = std::filesystem;

// lib/python3.11/site-packages and the like: an environment has one, or one for each Python.
std::vector<fs::path> package_directories(const fs::path& prefix) {
  std::vector<fs::path> found;
  std::error_code missing;
  for (const char* library : {"lib", "lib64"}) {
    for (const auto& entry : fs::directory_iterator(prefix / library, missing)) {
      if (!entry.path().filename().string().starts_with("python")) continue;
      for (const char* name : {"site-packages", "dist-packages"}) {
        found.push_back(entry.path() / name);
      }
    }
  }
  found.push_back(prefix);  // pip install --target
  return found;
}

}  // namespace

std::string nano_path() {
  std::error_code missing;
  const fs::path program = fs::read_symlink("/proc/self/exe", missing);
  const fs::path directory = program.parent_path();
  for (const fs::path& packages : package_directories(directory.parent_path())) {
    const fs::path path = packages / "qwen3lite" / "nano.gguf";
    if (fs::exists(path, missing)) return path.string();
  }
  for (fs::path tree = directory; tree != tree.root_path(); tree = tree.parent_path()) {
    const fs::path path = tree / "models" / "nano.gguf";
    if (fs::exists(path, missing)) return path.string();
  }
  throw FileError("nano, the model that comes with qwen3lite, is not here; name a GGUF file");
}

}  // namespace q3l::cli
