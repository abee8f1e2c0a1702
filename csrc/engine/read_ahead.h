// Has a file's weights read in the order in which a step uses them, by threads of its own, so that
// computing a layer overlaps reading the next. What is in memory already costs next to nothing.
// A file that memory has no room for streams: what steps have used makes way for what comes next.
#pragma once

#include <climits>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/threads.h"
#include "gguf/reader.h"

namespace q3l {

class ReadAhead {
 public:
  // `room`: bytes of memory that the file may have. All of it is read once where it fits, by a
  // thread for each part of the file; its experts are left out unless they are mapped too.
  // REQUIRES: the file outlives it.
  ReadAhead(const gguf::Reader& file, uint64_t room, bool maps_experts = true);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  bool streams() const { return streams_; }
  // A step is about to compute this layer, or what is beyond `offset` bytes of it: waits until that
  // was read. kHead stands for what comes after the layers. REQUIRES: it streams.
  void reach(int layer, size_t offset = 0);
  static constexpr int kHead = INT_MAX;

 private:
  struct Piece {
    std::span<const uint8_t> bytes;
    int layer;
  };
  // All that has one, or what every step reads.
  static std::vector<Piece> in_order_of_use(const gguf::Reader& file, bool all);
  static bool is_larger(const gguf::Reader& file, uint64_t room, bool maps_experts);

  void stop();
  void read(const FileMap& part);
  void stream();
  void let_go_of(uint64_t begin, uint64_t end) const;  // but for what is kept
  bool is_stopping();

  const bool streams_;
  const std::vector<Piece> pieces_;  // never empty: a model has norms at least
  // Of a stream, in pieces: those that stay once they were read, and those read ahead. Steps are
  // counted on: the piece of a number n is pieces_[n % pieces_.size()].
  uint64_t n_kept_ = 0, n_ahead_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable moved_;
  uint64_t reached_ = 0, wanted_ = 0;  // by steps, and the piece up to which they wait
  uint64_t next_ = 0;                  // to be read
  bool is_stopping_ = false;
  Threads threads_{[this] { stop(); }};  // what was not asked for yet they leave unread
};

}  // namespace q3l
