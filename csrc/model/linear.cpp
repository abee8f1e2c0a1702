#include "model/linear.h"

namespace q3l {

void Linear::apply(Mat y, Activations& a, Scratch& s) const {
  for (Role role : {Role::prompt, Role::generated}) {
    if (a.count(role) > 0) apply_role(y, a, role, s);
  }
}

void Linear::apply_role(Mat y, Activations& a, Role role, Scratch& s) const {
  const Packing& packing = s.kernels.packing(*weight_.format, role);
  const uint8_t* packed = a.packed(packing, role);
  s.reserve_worker_bytes(packing.scratch_bytes(weight_.cols));
  // Chunks of whole row tiles: enough of them that a slow core can be helped out, few enough that
  // taking one costs nothing.
  constexpr int kChunksPerThread = 8;
  const int n_tiles = (weight_.rows + packing.row_tile - 1) / packing.row_tile;
  const int tiles_a_chunk = std::max(1, n_tiles / (kChunksPerThread * s.pool.size()));
  s.pool.for_chunks(weight_.rows, tiles_a_chunk * packing.row_tile,
                    [&](int worker, int begin, int end) {
                      packing.matmul[weight_.format->index]({.weights = weight_.data,
                                                             .row_bytes = weight_.row_bytes(),
                                                             .n_in = weight_.cols,
                                                             .row_begin = begin,
                                                             .row_end = end,
                                                             .packed = packed,
                                                             .n_rows = a.count(role),
                                                             .y = y.row(a.begin(role)),
                                                             .y_stride = y.stride,
                                                             .scratch = s.worker_bytes(worker)});
                    });
}

}  // namespace q3l
