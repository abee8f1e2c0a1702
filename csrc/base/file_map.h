// A file mapped read-only for as long as the object lives. Pages come from the page cache on first
// use, so opening costs no memory in proportion to the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace q3l {

class FileMap {
 public:
  // Throws FileError, naming the path, when it is missing, unreadable, a directory or empty.
  explicit FileMap(const std::string& path);
  ~FileMap();
  FileMap(FileMap&& other) noexcept;
  FileMap(const FileMap&) = delete;
  FileMap& operator=(const FileMap&) = delete;
  FileMap& operator=(FileMap&&) = delete;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// Reads mapped bytes into memory before they are wanted.
void read_ahead(std::span<const uint8_t> mapped);

// Takes mapped bytes out of memory that are wanted last. The system does so only for those who may
// write the file, and not while another process maps the bytes.
void let_go(std::span<const uint8_t> mapped);

}  // namespace q3l
