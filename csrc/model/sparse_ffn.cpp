#include "model/sparse_ffn.h"

#include <cstring>
#include <numeric>

namespace q3l {

namespace {

// Of its choices, the experts that a file holds.
int n_stored(const Experts& e) {
  return e.router.n_expert - (e.first == FirstChoice::expert ? 0 : 1);
}

// Rows of an expert's gate: its own, but those of the network that is a choice beside it.
int rows_of_gate(const Experts& e) {
  return e.first == FirstChoice::dense ? e.dense->gate().n_out() : kAnyRows;
}

}  // namespace

bool SparseFeedForward::is_in(const TensorSource& tensors, const std::string& prefix) {
  return tensors.has(prefix + "ffn_gate_inp.weight");
}

SparseFeedForward::SparseFeedForward(const Experts& e, const Norm& norm, int n_embd,
                                     TensorSource& tensors, const std::string& prefix)
    : config_(e.router),
      first_(e.first),
      dense_(e.dense),
      norm_(norm),
      router_(tensors, prefix + "ffn_gate_inp", config_.n_expert, n_embd),
      gate_(tensors.stack(prefix + "ffn_gate_exps.weight", n_stored(e), rows_of_gate(e), n_embd)),
      up_(tensors.stack(prefix + "ffn_up_exps.weight", n_stored(e), n_ff(), n_embd)),
      down_(tensors.stack(prefix + "ffn_down_exps.weight", n_stored(e), n_embd, n_ff())),
      n_taken_(static_cast<size_t>(config_.n_expert)) {}

SparseFeedForward::Expert SparseFeedForward::choice(int number) const {
  if (first_ == FirstChoice::expert) return {gate_[number], up_[number], down_[number]};
  if (number > 0) return {gate_[number - 1], up_[number - 1], down_[number - 1]};
  return {dense_->gate().weight(), dense_->up().weight(), dense_->down().weight()};
}

void SparseFeedForward::add_to(Mat y, Mat x, Scratch& s) const {
  s.for_rows(x.rows,
             [&](int row) { norm_.apply(s.kernels.ops, s.h.row(row), x.row(row), x.cols); });
  route(s.h, s);
  const ExpertScratch& e = s.experts;
  const int n_slots = e.routing.n_slots(), n_prompt = e.routing.n_prompt_slots();
  if (n_slots == 0) return;
  gather(s.h, s);
  s.shape_feed_forward(n_slots, n_ff());
  multiply_groups({{&Expert::gate, s.gate}, {&Expert::up, s.up}}, s.pack(e.rows, n_prompt), s);
  s.for_rows(n_slots, [&](int slot) {
    s.kernels.ops.swiglu(s.gate.row(slot), s.up.row(slot), s.gate.cols);
  });
  multiply_groups({{&Expert::down, e.rows}}, s.pack(s.gate, n_prompt), s);
  combine(y, s);
}

void SparseFeedForward::route(Mat h, Scratch& s) const {
  Activations& a = s.pack(h);
  const Mat logits = s.experts.shape_router(h.rows, config_.n_expert);
  router_.apply(logits, a, s);
  Routing& routing = s.experts.routing;
  routing.begin(h.rows, config_, first_ == FirstChoice::nothing);
  s.for_rows(h.rows,
             [&](int row) { choose_experts(logits.row(row), config_, routing.choices(row)); });
  count(routing, h.rows);
  int tiles[kRoles];
  for (Role role : {Role::prompt, Role::generated}) {
    int& tile = tiles[static_cast<int>(role)] = 1;
    auto share = [&](const Expert& e) {
      for (const Weight& w : {e.gate, e.up, e.down}) {
        tile = std::lcm(tile, s.kernels.packing(*w.format, role).pack_tile);
      }
    };
    share(choice(config_.n_expert - 1));  // one of those that are stored
    if (first_ == FirstChoice::dense) share(choice(0));
  }
  routing.group(a.count(Role::prompt), tiles);
}

void SparseFeedForward::count(const Routing& routing, int n_rows) const {
  for (int row = 0; row < n_rows; ++row) {
    for (const Choice& c : routing.chosen(row)) ++n_taken_[static_cast<size_t>(c.expert)];
  }
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

void SparseFeedForward::multiply_groups(
    std::initializer_list<std::pair<Weight Expert::*, Mat>> products, Activations& a,
    Scratch& s) const {
  s.products.clear();
  for (const Routing::Group& g : s.experts.routing.groups()) {
    const Expert expert = choice(g.expert);
    for (const auto& [weight, y] : products) {
      s.products.push_back({expert.*weight, y, g.role, g.begin, g.end});
    }
  }
  multiply(s.products, a, s);
}

void SparseFeedForward::combine(Mat y, Scratch& s) const {
  ExpertScratch& e = s.experts;
  s.for_rows(y.rows, [&](int row) {
    float* sum = s.h.row(row);
    std::memset(sum, 0, static_cast<size_t>(y.cols) * sizeof(float));
    for (const Choice& c : e.routing.chosen(row)) {
      if (c.slot >= 0) s.kernels.ops.add_scaled(sum, e.rows.row(c.slot), c.weight, y.cols);
    }
    s.kernels.ops.add(y.row(row), sum, y.cols);
  });
}

}  // namespace q3l
