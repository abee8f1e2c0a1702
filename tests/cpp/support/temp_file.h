// A file in the system's temporary directory that lives as long as the object.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace q3l::testing {

class TempFile {
 public:
  // `suffix` ends the name, which is otherwise the process's own.
  explicit TempFile(std::string_view bytes, const std::string& suffix = ".gguf");
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  void write(std::string_view bytes);  // replaces the content
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace q3l::testing
