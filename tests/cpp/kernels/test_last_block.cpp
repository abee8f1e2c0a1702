// Nothing reads past the last block of a matrix, or past the last value of a cache page: a file may
// end there, at the end of the mapping.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"
#include "support/encoded_matrix.h"
#include "support/guarded_bytes.h"

namespace q3l {

namespace {

using testing::EncodedMatrix;
using testing::GuardedBytes;
using testing::wave;

// The product of a matrix that ends at the edge with two rows, checked against its decoded values.
void check_product(const Kernels& set, const Format& format, Role role, int n_in, int n_out) {
  const EncodedMatrix w(format, n_in, n_out);
  const std::vector<float> x = wave(2 * static_cast<size_t>(n_in), 0.11f), decoded = w.decoded();

  const Packing& packing = set.packing(format, role);
  const AlignedBuffer packed(packing.packed_bytes(n_in, 2)), scratch(packing.scratch_bytes(n_in));
  packing.pack(x.data(), static_cast<size_t>(n_in), n_in, 0, 2, packed.data());
  std::vector<float> y(2 * static_cast<size_t>(n_out));
  packing.matmul[format.index]({w.bytes.data(), w.row_bytes, n_in, 0, n_out, packed.data(), 2,
                                y.data(), static_cast<size_t>(n_out), scratch.data()});
  // Matrix tiles take inputs and weights as bf16.
  const bool on_tiles = set.isa == "amx" && role == Role::prompt && format.family != Family::real;
  const double limit = (on_tiles ? 5e-3 : 2e-3) * std::sqrt(n_in);
  for (int r = 0; r < 2; ++r) {
    for (int o = 0; o < n_out; ++o) {
      double expected = 0;
      for (int i = 0; i < n_in; ++i) {
        expected += static_cast<double>(x[static_cast<size_t>(r * n_in + i)]) *
                    static_cast<double>(decoded[static_cast<size_t>(o * n_in + i)]);
      }
      CHECK(std::fabs(y[static_cast<size_t>(r * n_out + o)] - expected) < limit);
    }
  }
}

// Row lengths that end within a vector, or within a step of blocks.
std::vector<int> row_lengths(Family family) {
  if (family == Family::real) return {1, 7, 17, 33, 100};
  if (family == Family::b32) return {32, 96, 160, 576};
  return {256, 768};
}

// Attention over one full page whose keys, or whose values, end at the edge.
void check_page(const Kernels& set, KvType type, int head_dim, bool keys_last) {
  const size_t row = kv_row_bytes(type, head_dim), half = 64 * row;
  const size_t centre = kv_centre_bytes(type, head_dim);
  const GuardedBytes page(centre + 2 * half);
  const size_t k_offset = centre + (keys_last ? half : 0);
  const size_t v_offset = centre + (keys_last ? 0 : half);
  std::fill_n(page.data(), centre, uint8_t{0});
  const std::vector<float> kv = wave(64 * static_cast<size_t>(head_dim), 0.7f);
  for (size_t i = 0; i < 64; ++i) {
    for (size_t offset : {k_offset, v_offset}) {
      const auto from = kv.begin() + static_cast<std::ptrdiff_t>(i) * head_dim;
      std::vector<float> values(from, from + head_dim);
      set.ops.store_kv[static_cast<int>(type)](values.data(), nullptr,
                                               page.data() + offset + i * row, head_dim);
    }
  }
  const size_t vector = static_cast<size_t>(head_dim) * sizeof(float);
  const GuardedBytes query(vector), out(vector);
  std::copy_n(reinterpret_cast<const uint8_t*>(kv.data()), vector, query.data());
  const auto attends = [head_dim](const float* y) {
    return std::all_of(y, y + head_dim, [](float v) { return std::fabs(v) <= 1.2f; });
  };
  const AlignedBuffer scratch(sizeof(float) *
                              static_cast<size_t>(attend_scratch(set.ops.attend_rows, head_dim)));
  const uint8_t* pages[] = {page.data()};
  auto* result = reinterpret_cast<float*>(out.data());
  const CachedHead head = {1, head_dim, 0.1f, k_offset, v_offset, 0};
  const auto* q = reinterpret_cast<const float*>(query.data());
  const auto stride = static_cast<size_t>(head_dim);
  const AttendRows inputs = {head, q, result, stride, scratch.floats()};
  const AttendRow seen = {0, 64, pages};
  for (const auto& rows : {set.ops.row_attention, set.ops.row_attention_rounded}) {
    std::fill_n(result, head_dim, 2.0f);
    rows[static_cast<int>(type)].attend({inputs, &seen, 1});
    CHECK(attends(result));
  }
  for (const auto& tiles : {set.ops.attend_tile, set.ops.attend_tile_rounded}) {
    std::fill_n(result, head_dim, 2.0f);
    tiles[static_cast<int>(type)]({inputs, pages, 63, 0, 1});
    CHECK(attends(result));
  }
}

}  // namespace

TEST_CASE("a matrix may end where the file ends") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (const Format& format : formats()) {
      for (Role role : {Role::prompt, Role::generated}) {
        for (int n_in : row_lengths(format.family)) {
          for (int n_out : {1, 5, 17}) {
            CAPTURE(isa);
            CAPTURE(format.name);
            CAPTURE(static_cast<int>(role));
            CAPTURE(n_in);
            CAPTURE(n_out);
            check_product(set, format, role, n_in, n_out);
          }
        }
      }
    }
  }
}

TEST_CASE("a cache page may end where memory ends, as may a query") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (KvType type : kAllKvTypes) {
      for (int head_dim : {8, 24, 32, 40, 64, 80, 96}) {
        if (is_quantised(type) && head_dim % kKvBlock != 0) continue;
        CAPTURE(isa);
        CAPTURE(static_cast<int>(type));
        CAPTURE(head_dim);
        for (bool keys_last : {false, true}) check_page(set, type, head_dim, keys_last);
      }
    }
  }
}

}  // namespace q3l
