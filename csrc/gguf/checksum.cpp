#include "gguf/checksum.h"

#include <algorithm>
#include <fstream>

#include "base/checksum.h"
#include "base/error.h"

namespace q3l::gguf {

namespace {

constexpr size_t kBeginning = 64;

bool is_in(const FileMap& part, const Tensor& t) {
  return t.data >= part.data() && t.data < part.data() + part.size();
}

// Where the part's first tensor begins.
const uint8_t* header_end(const Reader& file, const FileMap& part) {
  const uint8_t* end = part.data() + part.size();
  for (const Tensor& t : file.tensors()) {
    if (is_in(part, t)) end = std::min(end, t.data);
  }
  return end;
}

}  // namespace

uint64_t checksum(const Reader& file) {
  Checksum sum;
  for (const FileMap& part : file.files()) {
    sum.add(part.data(), static_cast<size_t>(header_end(file, part) - part.data()));
  }
  // A mapped page brings its neighbours with it; a page that is read does not.
  for (const FileMap& part : file.files()) {
    std::ifstream in(part.path(), std::ios::binary);
    for (const Tensor& t : file.tensors()) {
      if (!is_in(part, t)) continue;
      char bytes[kBeginning];
      const size_t n = std::min<size_t>(kBeginning, t.bytes);
      in.seekg(t.data - part.data());
      if (!in.read(bytes, static_cast<std::streamsize>(n))) {
        throw FileError("cannot read " + part.path() + ", which was open before");
      }
      sum.add(bytes, n);
    }
  }
  return sum.value();
}

}  // namespace q3l::gguf
