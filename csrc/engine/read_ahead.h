// Has a file's weights read in the order in which a step uses them, by threads of its own, so that
// computing a layer overlaps reading the next. What is in memory already costs next to nothing.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "gguf/reader.h"

namespace q3l {

class ReadAhead {
 public:
  // A thread for each part of the file; none for a file that memory has no room for, where what is
  // read too early drives out what is wanted. REQUIRES: the file outlives it.
  explicit ReadAhead(const gguf::Reader& file);
  ~ReadAhead();  // leaves unread what was not asked for yet
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

 private:
  void read(const gguf::Reader& file, const FileMap& part) const;

  std::atomic<bool> is_stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace q3l
