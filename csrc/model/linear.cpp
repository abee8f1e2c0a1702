#include "model/linear.h"

#include <algorithm>

namespace q3l {

namespace {

// Reading and unpacking a weight row costs about as much as multiplying it with so many inputs.
constexpr int kRowCost = 8;

int64_t row_cost(const Product& p) {
  return p.end - p.begin + kRowCost;
}

// Rows of a product's weight that are taken at once: whole tiles, worth about `budget`, but no
// fewer than a chunk unless some thread would go without.
int rows_a_chunk(const Product& p, const Packing& packing, int64_t budget, int n_threads) {
  const int64_t tile_cost = row_cost(p) * packing.row_tile;
  const int share = std::min(packing.row_chunk, p.weight.rows / n_threads) / packing.row_tile;
  return std::max({1, share, static_cast<int>(budget / tile_cost)}) * packing.row_tile;
}

void multiply_rows(const Product& p, int row_begin, int row_end, const Packing& packing,
                   const uint8_t* packed, uint8_t* scratch) {
  packing.matmul[p.weight.format->index]({.weights = p.weight.data,
                                          .row_bytes = p.weight.row_bytes(),
                                          .n_in = p.weight.cols,
                                          .row_begin = row_begin,
                                          .row_end = row_end,
                                          .packed = packed,
                                          .n_rows = p.end - p.begin,
                                          .y = p.y.row(p.begin),
                                          .y_stride = p.y.stride,
                                          .scratch = scratch});
}

}  // namespace

void multiply(std::span<const Product> products, Activations& a, Scratch& s) {
  // Chunks of about equal cost, whatever products they belong to: enough of them that a slow core
  // can be helped out, few enough that taking one costs nothing.
  constexpr int kChunksPerThread = 8;
  int64_t total = 0;
  for (const Product& p : products) total += p.weight.rows * row_cost(p);
  const int64_t budget = total / (kChunksPerThread * s.pool.size());
  auto packing_of = [&](const Product& p) -> const Packing& {
    return s.kernels.packing(*p.weight.format, p.role);
  };

  int n_chunks = 0;
  s.first_chunks.clear();
  for (const Product& p : products) {
    const Packing& packing = packing_of(p);
    a.packed(packing, p.role);
    s.reserve_worker_bytes(packing.scratch_bytes(p.weight.cols));
    const int rows = rows_a_chunk(p, packing, budget, s.pool.size());
    s.first_chunks.push_back(n_chunks);
    n_chunks += (p.weight.rows + rows - 1) / rows;
  }
  s.pool.for_chunks(n_chunks, 1, [&](int worker, int chunk, int) {
    const auto next = std::upper_bound(s.first_chunks.begin(), s.first_chunks.end(), chunk);
    const auto i = static_cast<size_t>(next - s.first_chunks.begin() - 1);
    const Product& p = products[i];
    const Packing& packing = packing_of(p);
    const int rows = rows_a_chunk(p, packing, budget, s.pool.size());
    const int begin = (chunk - s.first_chunks[i]) * rows;
    const size_t offset = packing.packed_bytes(a.cols(), p.begin - a.begin(p.role));
    multiply_rows(p, begin, std::min(begin + rows, p.weight.rows), packing,
                  a.packed(packing, p.role) + offset, s.worker_bytes(worker));
  });
}

Linear::Linear(TensorSource& tensors, const std::string& name, int n_out, int n_in)
    : weight_(tensors.matrix(name + ".weight", n_out, n_in)),
      bias_(tensors.find_vector(name + ".bias", n_out)) {}

void Linear::apply(Mat y, Activations& a, Scratch& s) const {
  apply_all({{*this, y}}, a, s);
}

void Linear::apply_all(std::initializer_list<Output> outputs, Activations& a, Scratch& s) {
  s.products.clear();
  for (const auto& [linear, y] : outputs) {
    for (Role role : {Role::prompt, Role::generated}) {
      const int begin = a.begin(role), end = begin + a.count(role);
      if (begin < end) s.products.push_back({linear.weight_, y, role, begin, end});
    }
  }
  multiply(s.products, a, s);
  const int n_rows = a.count(Role::prompt) + a.count(Role::generated);
  for (const auto& [linear, y] : outputs) {
    if (!linear.bias_) continue;
    s.for_rows(n_rows,
               [&](int row) { s.kernels.ops.add(y.row(row), linear.bias_, linear.n_out()); });
  }
}

}  // namespace q3l
