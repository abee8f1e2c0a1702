#include "experts/expert_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

constexpr size_t kDiskBlock = 4096;  // reads that pass by the system's cache are whole ones
constexpr int kThreads = 4;          // a disk is faster with several reads under way
constexpr uint64_t kHalfLife = 16;  // of frequencies: so many times as many uses as there are slots

constexpr size_t round_up(size_t n) {
  return (n + kDiskBlock - 1) / kDiskBlock * kDiskBlock;
}

}  // namespace

// A file that is read past the system's cache, where it lets us: its pages would take the memory
// that the budget is to save.
class ExpertCache::File {
 public:
  explicit File(const std::string& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw FileError("cannot open " + path + ": " + std::strerror(errno));
    direct_fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
    is_direct_ = direct_fd_ >= 0;
  }
  ~File() {
    ::close(fd_);
    if (direct_fd_ >= 0) ::close(direct_fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Reads whole blocks that hold [offset, offset + n) to `to`, where offset's block comes first.
  void read(uint64_t offset, size_t n, uint8_t* to) {
    const uint64_t first = offset / kDiskBlock * kDiskBlock, end = offset + n;
    const size_t wanted = round_up(end - first);
    for (uint64_t at = first; at < end;) {
      const auto done = static_cast<size_t>(at - first);
      const bool is_direct = is_direct_;
      const ssize_t got =
          ::pread(is_direct ? direct_fd_ : fd_, to + done, wanted - done, static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EINVAL && is_direct) {  // its blocks are larger
        is_direct_ = false;
        continue;
      }
      if (got <= 0) {
        throw FileError("cannot read experts from " + path_ + ": " +
                        (got < 0 ? std::strerror(errno) : "the file has become shorter"));
      }
      at += static_cast<uint64_t>(got);
    }
    if (!is_direct_) {
      ::posix_fadvise(fd_, static_cast<off_t>(first), static_cast<off_t>(wanted),
                      POSIX_FADV_DONTNEED);
    }
  }

 private:
  std::string path_;
  int fd_, direct_fd_;
  std::atomic<bool> is_direct_;
};

ExpertCache::ExpertCache(const std::vector<std::string>& paths,
                         const std::vector<ExpertPlace>& experts, uint64_t budget) {
  for (const std::string& path : paths) files_.push_back(std::make_unique<File>(path));
  for (const ExpertPlace& place : experts) experts_.push_back({place});
  for (int part = 0; part < kExpertParts; ++part) {
    const auto p = static_cast<size_t>(part);
    uint64_t most = 0;
    for (const Expert& e : experts_) most = std::max(most, e.place.parts[p].bytes);
    part_offsets_[p] = slot_bytes_;
    slot_bytes_ += round_up(most) + kDiskBlock;
  }
  const uint64_t n_slots = std::min<uint64_t>(budget / slot_bytes_, experts_.size());
  if (n_slots == 0) {
    throw InvalidArgumentError("expert_cache is " + std::to_string(budget) +
                               " bytes, and one of this model's experts takes " +
                               std::to_string(slot_bytes_) + ": give more");
  }
  owners_.assign(n_slots, -1);
  bytes_ = AlignedBuffer(n_slots * slot_bytes_ + kDiskBlock);
  slots_ = bytes_.data() + (kDiskBlock - reinterpret_cast<uintptr_t>(bytes_.data()) % kDiskBlock);
  for (int i = 0; i < kThreads; ++i) threads_.start([this] { work(); });
}

ExpertCache::~ExpertCache() = default;

void ExpertCache::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_all();
}

void ExpertCache::want(std::span<const int> experts) {
  std::lock_guard lock(mutex_);
  for (int expert : wanted_) at(expert).is_wanted = false;
  wanted_.assign(experts.begin(), experts.end());
  failure_.clear();  // of what others wanted
  for (int expert : wanted_) {
    Expert& e = at(expert);
    e.is_wanted = true;
    count_use(e);
  }
  for (int expert : wanted_) {
    Expert& e = at(expert);
    if (e.state == State::queued) {  // as foreseen, and now it is urgent, or as wanted before
      if (std::erase(foreseen_, expert) == 0) continue;
    } else if (e.state != State::absent || !take_slot(expert)) {
      continue;
    }
    e.state = State::queued;
    urgent_.push_back(expert);
  }
  work_.notify_all();
}

void ExpertCache::count_use(Expert& e) {
  ++statistics_.n_wanted;
  statistics_.n_hits += e.state != State::absent;
  statistics_.n_come_true += e.is_foreseen;
  e.is_foreseen = false;
  e.last_use = ++clock_;
  e.frequency += 1;
  if (clock_ % (kHalfLife * owners_.size()) != 0) return;
  for (Expert& other : experts_) other.frequency /= 2;
}

void ExpertCache::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] {
    return !failure_.empty() || std::ranges::all_of(wanted_, [&](int expert) {
      const State state = at(expert).state;
      return state == State::present || state == State::absent;
    });
  });
  if (!failure_.empty()) throw FileError(std::exchange(failure_, {}));
}

const uint8_t* ExpertCache::find(int expert, int part) const {
  const Expert& e = experts_[static_cast<size_t>(expert)];
  if (e.state != State::present) return nullptr;
  return part_of(e, part) + e.place.parts[static_cast<size_t>(part)].offset % kDiskBlock;
}

void ExpertCache::foresee(std::span<const int> experts) {
  std::lock_guard lock(mutex_);
  forget_foreseen();
  for (int expert : experts) {
    if (at(expert).state != State::absent || !take_slot(expert)) continue;
    at(expert).state = State::queued;
    at(expert).is_foreseen = true;
    ++statistics_.n_foreseen;
    foreseen_.push_back(expert);
    last_foreseen_.push_back(expert);
  }
  work_.notify_all();
}

// What was read stays until its place is wanted, what was not is not read any more.
void ExpertCache::forget_foreseen() {
  for (int expert : foreseen_) {
    give_up(expert);
    --statistics_.n_foreseen;
  }
  foreseen_.clear();
  for (int expert : last_foreseen_) at(expert).is_foreseen = false;
  last_foreseen_.clear();
}

void ExpertCache::give_up(int expert) {
  Expert& e = at(expert);
  owners_[static_cast<size_t>(e.slot)] = -1;
  e.slot = -1;
  e.state = State::absent;
  e.is_foreseen = false;
}

bool ExpertCache::take_slot(int expert) {
  const auto value = [&](int owner) {
    return owner < 0 ? std::pair{-1.0f, uint64_t{0}}
                     : std::pair{at(owner).frequency, at(owner).last_use};
  };
  int* least = nullptr;
  for (int& owner : owners_) {
    if (owner >= 0 &&
        (at(owner).is_wanted || at(owner).is_foreseen || at(owner).state != State::present)) {
      continue;
    }
    if (!least || value(owner) < value(*least)) least = &owner;
  }
  if (!least) return false;
  if (*least >= 0) give_up(*least);
  *least = expert;
  at(expert).slot = static_cast<int>(least - owners_.data());
  return true;
}

uint8_t* ExpertCache::part_of(const Expert& e, int part) const {
  return slots_ + static_cast<size_t>(e.slot) * slot_bytes_ +
         part_offsets_[static_cast<size_t>(part)];
}

void ExpertCache::read(const Expert& e) const {
  for (int part = 0; part < kExpertParts; ++part) {
    const auto& [file, offset, n] = e.place.parts[static_cast<size_t>(part)];
    files_[static_cast<size_t>(file)]->read(offset, n, part_of(e, part));
  }
}

void ExpertCache::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return is_stopping_ || !urgent_.empty() || !foreseen_.empty(); });
    if (is_stopping_) return;
    std::deque<int>& queue = urgent_.empty() ? foreseen_ : urgent_;
    const int expert = queue.front();
    queue.pop_front();
    Expert& e = at(expert);
    e.state = State::reading;
    for (const auto& part : e.place.parts) statistics_.bytes_read += part.bytes;
    lock.unlock();
    std::string failure;
    try {
      read(e);
    } catch (const FileError& error) {
      failure = error.what();
    }
    lock.lock();
    e.state = State::present;
    if (!failure.empty()) {
      give_up(expert);
      if (e.is_wanted) failure_ = std::move(failure);
    }
    done_.notify_all();
  }
}

ExpertCache::Statistics ExpertCache::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace q3l
