#include "engine/read_ahead.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace q3l {

namespace {

constexpr size_t kPiece = 1 << 20;  // bytes between two looks at whether to go on
constexpr uint64_t kFewestAhead = 4,
                   kMostAhead = 32;  // pieces of a stream, or a layer if it has more

constexpr std::string_view kBlock = "blk.", kEmbedding = "token_embd.weight";

// Blocks in order, then what comes after them.
int layer_of(const gguf::Tensor& tensor) {
  if (!tensor.name.starts_with(kBlock)) return ReadAhead::kHead;
  return std::atoi(tensor.name.c_str() + kBlock.size());
}

// A step reads those of few experts, which nobody knows ahead.
bool is_of_experts(const gguf::Tensor& tensor) {
  return tensor.name.find("_exps.") != tensor.name.npos;
}

bool is_in(const FileMap& part, std::span<const uint8_t> bytes) {
  return bytes.data() >= part.data() && bytes.data() < part.data() + part.size();
}

}  // namespace

std::vector<ReadAhead::Piece> ReadAhead::in_order_of_use(const gguf::Reader& file, bool all) {
  // Of an embedding that is not the head too, a step reads a few rows.
  const bool has_head = file.find_tensor("output.weight") != nullptr;
  std::vector<Piece> tensors;
  for (const gguf::Tensor& t : file.tensors()) {
    const bool is_left_out = (has_head && t.name == kEmbedding) || (!all && is_of_experts(t));
    if (!is_left_out) tensors.push_back({{t.data, t.bytes}, layer_of(t)});
  }
  std::ranges::stable_sort(tensors, {}, &Piece::layer);
  std::vector<Piece> pieces;
  for (auto [bytes, layer] : tensors) {
    // A layer's small tensors lie between large ones: one piece with what they follow.
    if (!pieces.empty() && pieces.back().layer == layer) {
      std::span<const uint8_t>& last = pieces.back().bytes;
      const size_t room = kPiece - std::min(kPiece, last.size());
      if (last.data() + last.size() == bytes.data()) {
        const size_t n = std::min(room, bytes.size());
        last = {last.data(), last.size() + n};
        bytes = bytes.subspan(n);
      }
    }
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(kPiece, bytes.size()))) {
      pieces.push_back({bytes.first(std::min(kPiece, bytes.size())), layer});
    }
  }
  return pieces;
}

bool ReadAhead::is_larger(const gguf::Reader& file, uint64_t room, bool maps_experts) {
  uint64_t bytes = file.file_bytes();
  for (const gguf::Tensor& t : file.tensors()) {
    if (!maps_experts && is_of_experts(t)) bytes -= t.bytes;
  }
  return bytes > room;
}

ReadAhead::ReadAhead(const gguf::Reader& file, uint64_t room, bool maps_experts)
    : streams_(is_larger(file, room, maps_experts)),
      pieces_(in_order_of_use(file, maps_experts && !streams_)) {
  if (!streams_) {
    for (const FileMap& part : file.files()) {
      threads_.start([this, &part] { read(part); });
    }
    return;
  }
  // Reclaim takes from all pages once memory is full: some stays free.
  constexpr uint64_t kUsed = 3, kOf = 4;
  const uint64_t n_room = room / kPiece * kUsed / kOf;
  const auto a_layer =
      static_cast<uint64_t>(std::ranges::count(pieces_, pieces_.front().layer, &Piece::layer));
  n_ahead_ = std::clamp(n_room / 2, kFewestAhead, std::max(kMostAhead, a_layer));
  n_kept_ = n_room - std::min(n_room, n_ahead_);
  threads_.start([this] { stream(); });
}

void ReadAhead::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  moved_.notify_all();
}

bool ReadAhead::is_stopping() {
  std::lock_guard lock(mutex_);
  return is_stopping_;
}

void ReadAhead::read(const FileMap& part) {
  for (const Piece& piece : pieces_) {
    if (is_stopping()) return;
    if (is_in(part, piece.bytes)) read_ahead(piece.bytes);
  }
}

// Waits for what comes next: threads that fault pages in as they need them, each somewhere else,
// would have the disk jump.
void ReadAhead::reach(int layer, size_t offset) {
  const auto [begin, end] = std::ranges::equal_range(pieces_, layer, {}, &Piece::layer);
  const uint64_t n = pieces_.size();
  const auto n_here = static_cast<uint64_t>(end - begin);
  const uint64_t n_behind = std::min(offset / kPiece, n_here);
  const uint64_t place = static_cast<uint64_t>(begin - pieces_.begin()) + n_behind;
  std::unique_lock lock(mutex_);
  const bool is_next_step = place < reached_ % n;
  reached_ = (reached_ / n + is_next_step) * n + place;
  wanted_ = reached_ + std::min(n_here - n_behind, n_ahead_ / 2);
  moved_.notify_all();
  moved_.wait(lock, [&] { return next_ >= wanted_; });
}

void ReadAhead::let_go_of(uint64_t begin, uint64_t end) const {
  const uint64_t n = pieces_.size();
  std::span<const uint8_t> stretch;  // the system's pages may be larger than a piece
  for (; begin < end; ++begin) {
    if (begin % n < n_kept_) continue;
    const std::span<const uint8_t> bytes = pieces_[begin % n].bytes;
    if (stretch.data() + stretch.size() == bytes.data()) {
      stretch = {stretch.data(), stretch.size() + bytes.size()};
    } else {
      let_go(stretch);
      stretch = bytes;
    }
  }
  let_go(stretch);
}

void ReadAhead::stream() {
  const uint64_t n = pieces_.size();
  uint64_t gone = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    moved_.wait(lock, [&] { return is_stopping_ || next_ < reached_ + n_ahead_; });
    if (is_stopping_) return;
    next_ = std::max(next_, reached_);
    const uint64_t next = next_, reached = reached_;
    lock.unlock();
    let_go_of(gone, reached);
    gone = reached;
    read_ahead(pieces_[next % n].bytes);
    lock.lock();
    if (++next_ >= wanted_) moved_.notify_all();
  }
}

}  // namespace q3l
