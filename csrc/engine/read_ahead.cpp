#include "engine/read_ahead.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <span>

#include "base/cpu_info.h"

namespace q3l {

namespace {

constexpr size_t kPiece = 4 << 20;  // bytes between two looks at whether to go on

constexpr std::string_view kBlock = "blk.", kEmbedding = "token_embd.weight";

// Blocks in order, then what comes after them.
int place_of(const gguf::Tensor& tensor) {
  if (!tensor.name.starts_with(kBlock)) return INT_MAX;
  return std::atoi(tensor.name.c_str() + kBlock.size());
}

std::vector<std::span<const uint8_t>> in_order_of_use(const gguf::Reader& file,
                                                      const FileMap& part) {
  std::vector<const gguf::Tensor*> tensors;
  // Of an embedding that is not the head too, a step reads a few rows.
  const bool has_head = file.find_tensor("output.weight") != nullptr;
  for (const gguf::Tensor& t : file.tensors()) {
    const bool is_here = t.data >= part.data() && t.data < part.data() + part.size();
    if (is_here && !(has_head && t.name == kEmbedding)) tensors.push_back(&t);
  }
  std::ranges::stable_sort(tensors, {}, [](const gguf::Tensor* t) { return place_of(*t); });
  std::vector<std::span<const uint8_t>> spans;
  spans.reserve(tensors.size());
  for (const gguf::Tensor* t : tensors) spans.emplace_back(t->data, t->bytes);
  return spans;
}

}  // namespace

ReadAhead::ReadAhead(const gguf::Reader& file) {
  const MemoryInfo memory = memory_info();
  if (file.file_bytes() > std::min(memory.available, memory.limit)) return;
  for (const FileMap& part : file.files()) {
    threads_.emplace_back([this, &file, &part] { read(file, part); });
  }
}

ReadAhead::~ReadAhead() {
  is_stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void ReadAhead::read(const gguf::Reader& file, const FileMap& part) const {
  for (std::span<const uint8_t> bytes : in_order_of_use(file, part)) {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(kPiece, bytes.size()))) {
      if (is_stopping_) return;
      read_ahead(bytes.first(std::min(kPiece, bytes.size())));
    }
  }
}

}  // namespace q3l
