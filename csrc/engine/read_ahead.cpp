#include "engine/read_ahead.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <span>

namespace q3l {

namespace {

constexpr size_t kPiece = 1 << 20;  // bytes between two looks at whether to go on
constexpr uint64_t kFewestAhead = 4, kMostAhead = 32;  // pieces of a stream

constexpr std::string_view kBlock = "blk.", kEmbedding = "token_embd.weight";

// Blocks in order, then what comes after them.
int layer_of(const gguf::Tensor& tensor) {
  if (!tensor.name.starts_with(kBlock)) return INT_MAX;
  return std::atoi(tensor.name.c_str() + kBlock.size());
}

bool is_in(const FileMap& part, std::span<const uint8_t> bytes) {
  return bytes.data() >= part.data() && bytes.data() < part.data() + part.size();
}

}  // namespace

std::vector<ReadAhead::Piece> ReadAhead::in_order_of_use(const gguf::Reader& file) {
  // Of an embedding that is not the head too, a step reads a few rows.
  const bool has_head = file.find_tensor("output.weight") != nullptr;
  std::vector<Piece> tensors;
  for (const gguf::Tensor& t : file.tensors()) {
    if (!(has_head && t.name == kEmbedding)) tensors.push_back({{t.data, t.bytes}, layer_of(t)});
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

ReadAhead::ReadAhead(const gguf::Reader& file, uint64_t room)
    : pieces_(in_order_of_use(file)), streams_(!pieces_.empty() && file.file_bytes() > room) {
  if (!streams_) {
    for (const FileMap& part : file.files()) {
      threads_.emplace_back([this, &part] { read(part); });
    }
    return;
  }
  // Reclaim takes from all pages once memory is full: some stays free.
  constexpr uint64_t kUsed = 3, kOf = 4;
  const uint64_t n_room = room / kPiece * kUsed / kOf;
  n_ahead_ = std::clamp(n_room / 2, kFewestAhead, kMostAhead);
  n_kept_ = n_room - std::min(n_room, n_ahead_);
  threads_.emplace_back([this] { stream(); });
}

ReadAhead::~ReadAhead() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  moved_.notify_all();
  for (std::thread& thread : threads_) thread.join();
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

void ReadAhead::reach(int layer) {
  if (!streams_) return;
  const auto piece = std::ranges::lower_bound(pieces_, layer, {}, &Piece::layer);
  const uint64_t n = pieces_.size(), place = static_cast<uint64_t>(piece - pieces_.begin());
  {
    std::lock_guard lock(mutex_);
    const bool is_next_step = place < reached_ % n;
    reached_ = (reached_ / n + is_next_step) * n + place;
  }
  moved_.notify_all();
}

void ReadAhead::stream() {
  const uint64_t n = pieces_.size();
  uint64_t next = 0, gone = 0;
  while (true) {
    uint64_t reached;
    {
      std::unique_lock lock(mutex_);
      moved_.wait(lock, [&] {
        return is_stopping_ || next < reached_ + n_ahead_ || gone < reached_;
      });
      if (is_stopping_) return;
      reached = reached_;
    }
    for (; gone < reached; ++gone) {
      if (gone % n >= n_kept_) let_go(pieces_[gone % n].bytes);
    }
    next = std::max(next, reached);
    if (next < reached + n_ahead_) read_ahead(pieces_[next++ % n].bytes);
  }
}

}  // namespace q3l
