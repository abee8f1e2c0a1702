#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

[[noreturn]] void fail(const std::string& path, const char* why = std::strerror(errno)) {
  throw FileError("cannot write " + quoted(path) + ": " + why);
}

void check_replaceable(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    fail(path, "it is there already, and is not a regular file");
  }
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  static std::atomic<int> count{0};
  check_replaceable(path_);
  do {  // another process of the same number may have left one behind
    temporary_ = path_ + "." + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".part";
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd_ < 0 && errno == EEXIST);
  if (fd_ < 0) fail(path_);
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t n) {
  const auto* p = static_cast<const char*>(data);
  while (n > 0) {
    const ssize_t written = ::write(fd_, p, n);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_);
    p += written;
    n -= static_cast<size_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(fd_) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_);
  ::close(std::exchange(fd_, -1));
}

}  // namespace q3l
