#include "support/temp_file.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

namespace q3l::testing {

TempFile::TempFile(std::string_view bytes, const std::string& suffix) {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          ("q3l-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + suffix);
  write(bytes);
}

TempFile::~TempFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void TempFile::write(std::string_view bytes) {
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path());
}

}  // namespace q3l::testing
