#include "model/moe.h"

#include <cstring>
#include <numeric>

namespace q3l {

namespace {

// The products of every group with its expert's matrix in each of the stacks.
void multiply_groups(std::initializer_list<std::pair<const WeightStack*, Mat>> stacks,
                     Activations& a, Scratch& s) {
  s.products.clear();
  for (const Routing::Group& g : s.experts.routing.groups()) {
    for (const auto& [stack, y] : stacks) {
      s.products.push_back({(*stack)[g.expert], y, g.role, g.begin, g.end});
    }
  }
  multiply(s.products, a, s);
}

}  // namespace

bool SparseFeedForward::is_in(const TensorSource& tensors, const std::string& prefix) {
  return tensors.has(prefix + "ffn_gate_inp.weight");
}

SparseFeedForward::SparseFeedForward(const Config& c, TensorSource& tensors,
                                     const std::string& prefix)
    : config_(c.router),
      norm_{tensors.vector(prefix + "ffn_norm.weight", c.n_embd), c.rms_epsilon},
      router_(tensors, prefix + "ffn_gate_inp", config_.n_expert, c.n_embd),
      gate_(tensors.stack(prefix + "ffn_gate_exps.weight", config_.n_expert, kAnyRows, c.n_embd)),
      up_(tensors.stack(prefix + "ffn_up_exps.weight", config_.n_expert, n_ff(), c.n_embd)),
      down_(tensors.stack(prefix + "ffn_down_exps.weight", config_.n_expert, c.n_embd, n_ff())) {}

void SparseFeedForward::add_to(Mat x, Scratch& s) const {
  s.for_rows(x.rows,
             [&](int row) { norm_.apply(s.kernels.ops, s.h.row(row), x.row(row), x.cols); });
  route(s.h, s);
  gather(s.h, s);
  const ExpertScratch& e = s.experts;
  const int n_slots = e.routing.n_slots(), n_prompt = e.routing.n_prompt_slots();
  s.shape_feed_forward(n_slots, n_ff());
  multiply_groups({{&gate_, s.gate}, {&up_, s.up}}, s.pack(e.rows, n_prompt), s);
  s.for_rows(n_slots, [&](int slot) {
    s.kernels.ops.swiglu(s.gate.row(slot), s.up.row(slot), s.gate.cols);
  });
  multiply_groups({{&down_, e.rows}}, s.pack(s.gate, n_prompt), s);
  combine(x, s);
}

void SparseFeedForward::route(Mat h, Scratch& s) const {
  Activations& a = s.pack(h);
  router_.apply(s.router, a, s);
  Routing& routing = s.experts.routing;
  routing.begin(h.rows, config_);
  s.for_rows(h.rows,
             [&](int row) { choose_experts(s.router.row(row), config_, routing.choices(row)); });
  int tiles[kRoles];
  for (Role role : {Role::prompt, Role::generated}) {
    auto tile = [&](const WeightStack& w) {
      return s.kernels.packing(*w.first.format, role).pack_tile;
    };
    tiles[static_cast<int>(role)] = std::lcm(std::lcm(tile(gate_), tile(up_)), tile(down_));
  }
  routing.group(a.count(Role::prompt), tiles);
}

void SparseFeedForward::gather(Mat h, Scratch& s) const {
  ExpertScratch& e = s.experts;
  const int n_slots = e.routing.n_slots();
  e.bytes.reserve(static_cast<size_t>(n_slots) * static_cast<size_t>(h.cols) * sizeof(float));
  e.rows = Mat(e.bytes.floats(), n_slots, h.cols);
  s.for_rows(n_slots, [&](int slot) {
    const int row = e.routing.row_of(slot);
    const size_t bytes = static_cast<size_t>(h.cols) * sizeof(float);
    if (row >= 0) {
      std::memcpy(e.rows.row(slot), h.row(row), bytes);
    } else {
      std::memset(e.rows.row(slot), 0, bytes);
    }
  });
}

void SparseFeedForward::combine(Mat x, Scratch& s) const {
  ExpertScratch& e = s.experts;
  s.for_rows(x.rows, [&](int row) {
    float* sum = s.h.row(row);
    std::memset(sum, 0, static_cast<size_t>(x.cols) * sizeof(float));
    for (const Choice& c : e.routing.chosen(row)) {
      s.kernels.ops.add_scaled(sum, e.rows.row(c.slot), c.weight, x.cols);
    }
    s.kernels.ops.add(x.row(row), sum, x.cols);
  });
}

}  // namespace q3l
