// A file that appears under its name only when it is complete and on disk. Until then it has a
// temporary name beside that, and goes away with the object.
#pragma once

#include <cstddef>
#include <string>

namespace q3l {

class AtomicFile {
 public:
  // Throws FileError, as all that follows does.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t n);
  void commit();  // nothing may be written any more

 private:
  std::string path_, temporary_;
  int fd_;
};

}  // namespace q3l
