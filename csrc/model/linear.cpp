#include "model/linear.h"

#include <algorithm>
#include <numeric>

namespace q3l {

namespace {

// Reading and unpacking a weight row costs about as much as multiplying it with so many inputs.
constexpr int kRowCost = 8;

int64_t row_cost(const Product& p) {
  return p.end - p.begin + kRowCost;
}

// Generated rows are finished whole: they are few, and threads may outnumber units.
bool is_in_blocks(const Product& p) {
  return p.finish && p.role == Role::prompt;
}

// Rows of a product's weight that are taken at once: whole tiles and units, worth about `budget`,
// but no fewer than a chunk unless some thread would go without.
int rows_a_chunk(const Product& p, const Packing& packing, int64_t budget, int n_threads,
                 bool is_arranged = false) {
  const int tile = is_arranged ? packing.arranged_tile : packing.row_tile;
  const int unit = is_in_blocks(p) ? std::lcm(tile, p.unit) : tile;
  const int share = std::min(packing.row_chunk, p.weight.rows / n_threads) / unit;
  const int units = std::max({1, share, static_cast<int>(budget / (row_cost(p) * unit))});
  if (!is_in_blocks(p)) return units * unit;
  const int most = block_outputs(packing, p.weight.cols, p.end - p.begin);
  return std::min(units, std::max(1, most / unit)) * unit;
}

// More chunks than threads, so that a slow core can be helped out, but few enough that taking one
// costs nothing.
constexpr int kChunksPerThread = 8;

// Without y.
MatmulArgs arguments(const Product& p, int row_begin, int row_end, const uint8_t* packed,
                     uint8_t* scratch) {
  return {.weights = p.weight.data,
          .row_bytes = p.weight.row_bytes(),
          .n_in = p.weight.cols,
          .row_begin = row_begin,
          .row_end = row_end,
          .packed = packed,
          .n_rows = p.end - p.begin,
          .y = nullptr,
          .y_stride = 0,
          .scratch = scratch};
}

// Memory of a worker for a product: a block of outputs, if one is wanted, and the kernel's.
size_t block_bytes(const Product& p, int columns) {
  if (!is_in_blocks(p)) return 0;
  const auto floats = static_cast<size_t>(columns) * static_cast<size_t>(p.end - p.begin);
  return (floats * sizeof(float) + 63) / 64 * 64;
}

// The weight rows of `args`, which become columns of y or of a block at the beginning of its
// memory.
void multiply_chunk(const Product& p, const Packing& packing, int chunk, MatmulArgs args,
                    const OpsSet& ops) {
  const int begin = args.row_begin, n_columns = args.row_end - begin;
  const Mat y = is_in_blocks(p)
                    ? Mat(reinterpret_cast<float*>(args.scratch), args.n_rows, n_columns)
                    : Mat(p.y.row(p.begin) + begin, args.n_rows, n_columns, p.y.stride);
  args.weights += static_cast<size_t>(begin) * args.row_bytes;
  args.row_begin = 0;
  args.row_end = n_columns;
  args.y = y.data;
  args.y_stride = y.stride;
  args.scratch += block_bytes(p, chunk);
  packing.matmul[p.weight.format->index](args);
  for (int row = 0; p.bias && row < y.rows; ++row) ops.add(y.row(row), p.bias + begin, n_columns);
  if (is_in_blocks(p)) p.finish({p.begin, begin, y});
}

// Finishes rows that are whole.
void finish_rows(const Product& p, Scratch& s) {
  s.for_rows(p.begin, p.end,
             [&](int row) { p.finish({row, 0, Mat(p.y.row(row), 1, p.weight.rows)}); });
}

// Inputs are arranged for products of all rows only: then once is enough.
const uint8_t* arranged(const Product& p, const Packing& packing, Activations& a) {
  return p.end - p.begin == a.count(p.role) ? a.arranged(packing, p.role) : nullptr;
}

}  // namespace

void multiply(std::span<const Product> products, Activations& a, Scratch& s) {
  // Chunks of about equal cost, whatever products they belong to.
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
    const bool is_arranged = arranged(p, packing, a);
    const int rows = rows_a_chunk(p, packing, budget, s.pool.size(), is_arranged);
    s.reserve_worker_bytes(block_bytes(p, rows) + packing.scratch_bytes(p.weight.cols));
    s.first_chunks.push_back(n_chunks);
    n_chunks += (p.weight.rows + rows - 1) / rows;
  }
  s.pool.for_chunks(n_chunks, 1, [&](int worker, int chunk, int) {
    const auto next = std::upper_bound(s.first_chunks.begin(), s.first_chunks.end(), chunk);
    const auto i = static_cast<size_t>(next - s.first_chunks.begin() - 1);
    const Product& p = products[i];
    const Packing& packing = packing_of(p);
    const uint8_t* arranged_inputs = arranged(p, packing, a);
    const int rows = rows_a_chunk(p, packing, budget, s.pool.size(), arranged_inputs);
    const int begin = (chunk - s.first_chunks[i]) * rows;
    const size_t offset = packing.packed_bytes(a.cols(), p.begin - a.begin(p.role));
    MatmulArgs args = arguments(p, begin, std::min(begin + rows, p.weight.rows),
                                a.packed(packing, p.role) + offset, s.worker_bytes(worker));
    args.arranged = arranged_inputs;
    multiply_chunk(p, packing, rows, args, s.kernels.ops);
  });
  for (const Product& p : products) {
    if (p.finish && !is_in_blocks(p)) finish_rows(p, s);
  }
}

Linear::Linear(TensorSource& tensors, const std::string& name, int n_out, int n_in)
    : weight_(tensors.matrix(name + ".weight", n_out, n_in)),
      bias_(tensors.find_vector(name + ".bias", n_out)) {}

Linear Linear::rows(int begin, int end) const {
  Linear part = *this;
  part.weight_.data = weight_.row(begin);
  part.weight_.rows = end - begin;
  if (bias_) part.bias_ = bias_ + begin;
  return part;
}

void Linear::apply(Mat y, Activations& a, Scratch& s) const {
  apply_all({{*this, y}}, a, s);
}

void Linear::add_to(Mat x, Activations& a, Scratch& s) const {
  auto add = [&](const OutputBlock& b) {
    for (int i = 0; i < b.values.rows; ++i) {
      s.kernels.ops.add(x.row(b.row + i) + b.column, b.values.row(i), b.values.cols);
    }
  };
  apply_all({{*this, s.h, add}}, a, s);
}

void Linear::apply_all(std::initializer_list<Output> outputs, Activations& a, Scratch& s,
                       Role first) {
  s.products.clear();
  for (const auto& [linear, y, finish, unit] : outputs) {
    for (Role role : {Role::prompt, Role::generated}) {
      const int begin = a.begin(role), end = begin + a.count(role);
      if (role < first || begin == end) continue;
      s.products.push_back({linear.weight_, y, role, begin, end, linear.bias_, finish, unit});
    }
  }
  multiply(s.products, a, s);
}

Activations& Linear::apply_gated(const Linear& gate, const Linear& up, const Linear& next,
                                 Activations& a, Scratch& s) {
  s.gated.set(s.gate, a.count(Role::prompt));
  const Role first = gate_prompt(gate, up, next, a, s) ? Role::generated : Role::prompt;
  apply_all({{gate, s.gate}, {up, s.up}}, a, s, first);
  s.for_rows(a.begin(first), a.rows(),
             [&](int row) { s.kernels.ops.swiglu(s.gate.row(row), s.up.row(row), s.gate.cols); });
  return s.gated;
}

bool Linear::gate_prompt(const Linear& gate, const Linear& up, const Linear& next, Activations& a,
                         Scratch& s) {
  const Weight& weight = gate.weight_;
  const Packing& packing = s.kernels.packing(*weight.format, Role::prompt);
  const GatedFunction kernel = packing.gated[weight.format->index];
  const uint32_t wanted = s.kernels.packing(*next.weight_.format, Role::prompt).layout;
  if (!kernel || up.weight_.format != weight.format || wanted != packing.layout || gate.bias_ ||
      up.bias_ || a.count(Role::prompt) == 0) {
    return false;
  }
  const Product product = {weight, {}, Role::prompt, 0, a.count(Role::prompt)};
  const int n_threads = s.pool.size();
  const int64_t budget = weight.rows * row_cost(product) / (kChunksPerThread * n_threads);
  const uint8_t* packed = a.packed(packing, Role::prompt);
  uint8_t* out = s.gated.fill(packing, Role::prompt);
  s.reserve_worker_bytes(packing.scratch_bytes(weight.cols));
  s.pool.for_chunks(weight.rows, rows_a_chunk(product, packing, budget, n_threads),
                    [&](int worker, int begin, int end) {
                      kernel({arguments(product, begin, end, packed, s.worker_bytes(worker)),
                              up.weight_.data, out, weight.rows});
                    });
  return true;
}

}  // namespace q3l
