// Experts of a file that memory has no room for, in a budget of memory of their own: those that are
// taken most often stay, the rest are read when they are wanted, or before by threads of its own.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/threads.h"

namespace q3l {

// Where one expert's bytes lie in a file: its matrices, each a stretch.
inline constexpr int kExpertParts = 3;
struct ExpertPlace {
  struct Stretch {
    int file;  // of the paths that the cache was given
    uint64_t offset, bytes;
  };
  std::array<Stretch, kExpertParts> parts;
};

class ExpertCache {
 public:
  // Experts are numbered through all layers. Throws FileError, and InvalidArgumentError for a
  // budget that holds no expert.
  ExpertCache(const std::vector<std::string>& paths, const std::vector<ExpertPlace>& experts,
              uint64_t budget);
  ~ExpertCache();
  ExpertCache(const ExpertCache&) = delete;
  ExpertCache& operator=(const ExpertCache&) = delete;

  // Has these read, as many as there is room for, and keeps them until the next call, which is
  // about others.
  void want(std::span<const int> experts);
  // Waits until they are there. Throws FileError.
  void wait();
  // The part's bytes, or nullptr if there was no room. REQUIRES: the expert is wanted, and there.
  const uint8_t* find(int expert, int part) const;
  // Has these read when nothing that is wanted is to be read, in place of what was foreseen before.
  void foresee(std::span<const int> experts);

  struct Statistics {
    uint64_t n_wanted = 0;     // experts, each time that a step wanted one,
    uint64_t n_hits = 0;       // of which so many were in memory or on their way
    uint64_t n_foreseen = 0;   // read before they were wanted,
    uint64_t n_come_true = 0;  // of which so many then were
    uint64_t bytes_read = 0;
  };
  Statistics statistics() const;

 private:
  enum class State : uint8_t { absent, queued, reading, present };
  struct Expert {
    ExpertPlace place;
    int slot = -1;
    State state = State::absent;
    bool is_wanted = false;
    bool is_foreseen = false;  // and neither wanted nor forgotten since
    float frequency = 0;       // of being wanted, older times counting less
    uint64_t last_use = 0;
  };
  class File;

  void work();
  void stop();
  Expert& at(int expert) { return experts_[static_cast<size_t>(expert)]; }
  // Of mutex_'s holder:
  bool take_slot(int expert);  // false: all are needed
  void give_up(int expert);    // what is queued or there
  void forget_foreseen();
  void count_use(Expert& e);
  // Reads an expert into its slot.
  void read(const Expert& e) const;
  uint8_t* part_of(const Expert& e, int part) const;

  std::vector<std::unique_ptr<File>> files_;
  std::vector<Expert> experts_;
  std::array<size_t, kExpertParts> part_offsets_{};  // in a slot
  size_t slot_bytes_ = 0;
  AlignedBuffer bytes_;
  uint8_t* slots_ = nullptr;  // in these bytes, aligned as the disk wants it

  mutable std::mutex mutex_;  // guards what follows, and experts_ but for their places
  std::condition_variable work_, done_;
  std::vector<int> owners_;  // of slots: an expert, or -1
  std::vector<int> wanted_;  // experts
  std::vector<int> last_foreseen_;
  std::deque<int> urgent_, foreseen_;  // to be read
  uint64_t clock_ = 0;
  std::string failure_;
  Statistics statistics_;
  bool is_stopping_ = false;
  Threads threads_{[this] { stop(); }};
};

}  // namespace q3l
