// The tables of functions that an instruction set offers: the only contract between model and SIMD.
// INVARIANT: a result depends on its own row of inputs alone, never on how many rows run together,
// on how work was split, or on neighbours. Included by units built for newer CPUs: plain data only.
#pragma once

#include <cstdint>
#include <cstring>

namespace q3l {

// Prompt tokens take throughput kernels, generated tokens latency kernels, whatever their company.
enum class Role : uint8_t { prompt, generated };
inline constexpr int kRoles = 2;

inline constexpr int kMaxFamilyFormats = 8;

// y[r][w] = dot(weights[w], x[r]) for weight rows w in [row_begin, row_end), input rows r < n_rows.
struct MatmulArgs {
  const uint8_t* weights;  // row w at w * row_bytes, in the format's blocks
  size_t row_bytes;
  int n_in;
  int row_begin, row_end;  // row_begin is a multiple of Packing::row_tile
  const uint8_t* packed;   // the inputs, as Packing::pack wrote them
  int n_rows;
  float* y;
  size_t y_stride;
  uint8_t* scratch;  // Packing::scratch_bytes(n_in), this thread's own, 64-byte aligned
  const uint8_t* arranged = nullptr;  // the inputs once more, as Packing::arrange wrote them
};

// silu(gate x) * (up x) for rows of two matrices of one format and shape, written as the packed
// inputs of the next product.
struct GatedArgs {
  MatmulArgs gate;  // without y
  const uint8_t* up_weights;
  uint8_t* out;  // packed inputs of n_out values
  int n_out;     // rows of each matrix
};

using MatmulFunction = void (*)(const MatmulArgs&);
using GatedFunction = void (*)(const GatedArgs&);

// A layout of inputs and all that reads it; an instruction set inherits it whole or not at all.
struct Packing {
  uint32_t layout;  // equal for families that share a layout, so that an input is packed once
  int pack_tile;    // input rows are packed in multiples of this
  int row_tile;     // weight rows are computed in multiples of this (but for the matrix's last)
  int row_chunk;    // so many at once share the cost of reading the inputs
  size_t (*packed_bytes)(int n_in, int n_rows);
  // Packs input rows [begin, end), of which x is the first; begin is a multiple of pack_tile.
  void (*pack)(const float* x, size_t stride, int n_in, int begin, int end, uint8_t* packed);
  size_t (*scratch_bytes)(int n_in);
  MatmulFunction matmul[kMaxFamilyFormats];  // by Format::index
  GatedFunction gated[kMaxFamilyFormats];    // null where two products and the rest are as fast
  // Products of so many rows are faster if their packed inputs are arranged once for all of them,
  // which may be left out. Null where there is nothing to gain.
  int arranged_rows = 0;
  int arranged_tile = 1;  // in place of row_tile
  size_t (*arranged_bytes)(int n_in, int n_rows) = nullptr;
  void (*arrange)(const uint8_t* packed, int n_in, int n_rows, uint8_t* arranged) = nullptr;
};

struct FamilySet {
  Packing role[kRoles];
};

enum class KvType : uint8_t { f32, f16, q8_0, q4_0 };
inline constexpr KvType kAllKvTypes[] = {KvType::f32, KvType::f16, KvType::q8_0, KvType::q4_0};
inline constexpr int kKvTypes = sizeof kAllKvTypes / sizeof(KvType);
inline constexpr int kKvBlock = 32;       // values that share a scale in q8_0 and q4_0
inline constexpr int kMostHeadDim = 512;  // of those types
// They keep keys less their page's centre: halves, the mean of every kCentreStride'th key of the
// page before, with which they have much in common; zeros on a sequence's first page. It adds the
// same to a query's scores of all of the page.
inline constexpr int kCentreStride = 4;
constexpr bool is_quantised(KvType type) {
  return type == KvType::q8_0 || type == KvType::q4_0;
}
// Of a head's values at one position. REQUIRES: whole blocks, if the type is quantised.
constexpr size_t kv_row_bytes(KvType type, int head_dim) {
  const auto n = static_cast<size_t>(head_dim);
  switch (type) {
    case KvType::f32:
      return n * 4;
    case KvType::f16:
      return n * 2;
    case KvType::q8_0:
      return n / kKvBlock * 34;
    case KvType::q4_0:
      break;
  }
  return n / kKvBlock * 18;
}

constexpr size_t kv_centre_bytes(KvType type, int head_dim) {
  return is_quantised(type) ? 2 * static_cast<size_t>(head_dim) : 0;
}

inline constexpr int kPagePositions = 64;
constexpr int pages_for(int n_positions) {
  return (n_positions + kPagePositions - 1) / kPagePositions;
}
inline constexpr int kAttendChunk = 512;  // positions whose softmax is finished before the next's
// Of a head's part: its weighted values and, behind them, the largest score and the sum of weights.
constexpr int attend_part_values(int head_dim) {
  return (head_dim + 31) / 32 * 32;
}
constexpr int attend_part_floats(int head_dim) {
  return attend_part_values(head_dim) + 16;
}

// A key/value head in every page, and what its query heads do with it.
struct CachedHead {
  int n_group;  // query heads
  int head_dim;
  float scale;
  size_t k_offset, v_offset;  // bytes from a page's start to this head's 64 rows
  size_t centre_offset;       // and to its keys' centre, if the type is quantised
};

// Rows of queries, `stride` apart, and what comes of them.
struct AttendRows : CachedHead {
  const float* q;  // [rows][n_group][head_dim]
  float* out;      // the same
  size_t stride;
  float* scratch;  // attend_scratch floats, 64-byte aligned
};

// A generated row, and what it sees.
struct AttendRow {
  int row;  // of q and out
  int n_positions;
  const uint8_t* const* pages;  // page i holds positions [64 i, 64 i + 64)
};

// Attention of generated rows, at most OpsSet::attend_rows / n_group. Those whose first pages are
// the same are neighbours, in order of what they see of the last of these.
struct AttendArgs : AttendRows {
  const AttendRow* rows;
  int n_rows;
  // Of a single row, what its positions [begin, end) add up to, as parts; begin and an end before
  // the last are multiples of kAttendChunk.
  float* parts = nullptr;  // [part][n_group], attend_part_floats each; null: all goes to out
  int begin = 0, end = 0;
};

// A way to attend. Parts have the same bits whatever spans they were computed in, and so has what
// they are folded to: that of all positions at once.
struct RowAttention {
  void (*attend)(const AttendArgs&);
  void (*fold)(const AttendArgs&);  // all parts of a row to out
  int part_positions;
};

// Attention of a tile of prompt rows. A row is one query head: row r is head r % n_group of token
// r / n_group.
struct AttendTileArgs : AttendRows {
  const uint8_t* const* pages;
  int position;            // of token 0, which sees itself and what is before it
  int row_begin, row_end;  // at most OpsSet::attend_rows
};

// Either a chunk's scores for all of a tile's rows, or its keys and values, and scores for
// kAttendBlockRows of them at a time.
inline constexpr int kAttendBlockRows = 32;
inline constexpr int attend_scratch(int n_rows, int head_dim) {
  const int dims = (head_dim + 31) / 32 * 32;
  const int all = n_rows * (kAttendChunk + 2 * dims) + kPagePositions * (dims + 16) + 17 * dims;
  const int blocks = kAttendChunk * (dims + kAttendBlockRows) + (kAttendBlockRows + 1) * dims +
                     (n_rows + kAttendBlockRows) * dims / 2;
  return all > blocks ? all : blocks;
}

inline constexpr int kLogitBlock = 256;

struct OpsSet {
  // y = x / rms(x) * weight
  void (*rms_norm)(float* y, const float* x, const float* weight, int n, float epsilon);
  void (*add)(float* x, const float* y, int n);                      // x += y
  void (*add_scaled)(float* x, const float* y, float scale, int n);  // x += scale * y
  void (*swiglu)(float* gate, const float* up, int n);               // gate = silu(gate) * up
  // Rotates pairs of the first 2 * n_pairs values: (i, i + n_pairs), or (2i, 2i + 1) if
  // interleaved.
  void (*rope_neox)(float* x, const float* cos, const float* sin, int n_pairs);
  void (*rope_interleaved)(float* x, const float* cos, const float* sin, int n_pairs);
  // Stores a value or key; centre is null but for keys of a quantised type. x is lost.
  void (*store_kv[kKvTypes])(float* x, const uint8_t* centre, uint8_t* out, int n);
  // A page's centre, from the keys and the centre of the page before; keys are null if there is
  // none. Null if the type is not quantised.
  void (*find_centre[kKvTypes])(const uint8_t* keys, const uint8_t* before, uint8_t* out, int n);
  // In float32 or, if that is faster, rounded to bf16.
  RowAttention row_attention[kKvTypes];
  RowAttention row_attention_rounded[kKvTypes];
  void (*attend_tile[kKvTypes])(const AttendTileArgs&);
  void (*attend_tile_rounded[kKvTypes])(const AttendTileArgs&);
  int attend_rows;  // of a tile, at most
  // The largest of each kLogitBlock values, the last block's perhaps fewer; NaN counts as -inf.
  void (*block_max)(const float* x, int n, float* out);
  // y = e^((x - top) * scale), not below e^-87: the same bits in every row. REQUIRES: x <= top, or
  // NaN, which counts as -inf.
  void (*exp_below)(float* y, const float* x, float top, float scale, int n);
};

}  // namespace q3l
