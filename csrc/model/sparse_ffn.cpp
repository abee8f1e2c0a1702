#include "model/sparse_ffn.h"

#include <algorithm>
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
  if (first_ == FirstChoice::expert) {
    Expert e = {gate_[number], up_[number], down_[number]};
    int part = 0;
    for (Weight* w : {&e.gate, &e.up, &e.down}) {
      const uint8_t* kept = cache_ ? cache_->find(first_cached_ + number, part) : nullptr;
      if (kept) w->data = kept;
      ++part;
    }
    return e;
  }
  if (number > 0) return {gate_[number - 1], up_[number - 1], down_[number - 1]};
  return {dense_->gate().weight(), dense_->up().weight(), dense_->down().weight()};
}

std::vector<SparseFeedForward::Bytes> SparseFeedForward::stored() const {
  std::vector<Bytes> all;
  for (int i = 0; i < gate_.count; ++i) {
    const auto bytes = [i](const WeightStack& stack) -> std::span<const uint8_t> {
      return {stack[i].data, static_cast<size_t>(stack[i].rows) * stack[i].row_bytes()};
    };
    all.push_back({bytes(gate_), bytes(up_), bytes(down_)});
  }
  return all;
}

void SparseFeedForward::use_cache(ExpertCache* cache, int first_number,
                                  const SparseFeedForward* next) {
  cache_ = cache;
  first_cached_ = first_number;
  next_ = next;
}

void SparseFeedForward::add_to(Mat y, Mat x, Scratch& s) const {
  s.for_rows(x.rows,
             [&](int row) { norm_.apply(s.kernels.ops, s.h.row(row), x.row(row), x.cols); });
  route(s.h, s);
  const ExpertScratch& e = s.experts;
  const int n_slots = e.routing.n_slots(), n_prompt = e.routing.n_prompt_slots();
  if (n_slots == 0) return;
  if (cache_) want_experts(e.routing);
  gather(s.h, s);
  if (cache_) {
    if (next_) next_->foresee(x, s);
    cache_->wait();
  }
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
    share({gate_.first, up_.first, down_.first});
    if (first_ == FirstChoice::dense) share(choice(0));
  }
  routing.group(a.count(Role::prompt), tiles);
}

void SparseFeedForward::count(const Routing& routing, int n_rows) const {
  for (int row = 0; row < n_rows; ++row) {
    for (const Choice& c : routing.chosen(row)) ++n_taken_[static_cast<size_t>(c.expert)];
  }
}

void SparseFeedForward::want_experts(const Routing& routing) const {
  numbers_.clear();
  for (const Routing::Group& g : routing.groups()) numbers_.push_back(first_cached_ + g.expert);
  std::ranges::sort(numbers_);  // those of both roles come twice
  numbers_.erase(std::ranges::unique(numbers_).begin(), numbers_.end());
  cache_->want(numbers_);
}

// What this layer's router makes of the residual stream as it is a layer before: it changes little.
void SparseFeedForward::foresee(Mat x, Scratch& s) const {
  constexpr int kFewRows = 4;  // more want most of the experts
  if (x.rows > kFewRows) return cache_->foresee({});
  s.for_rows(x.rows,
             [&](int row) { norm_.apply(s.kernels.ops, s.h.row(row), x.row(row), x.cols); });
  const Mat logits = s.experts.shape_router(x.rows, config_.n_expert);
  router_.apply(logits, s.pack(s.h), s);
  foreseen_.resize(static_cast<size_t>(config_.n_used));
  numbers_.clear();
  for (int row = 0; row < x.rows; ++row) {
    choose_experts(logits.row(row), config_, foreseen_.data());
    for (const Choice& c : foreseen_) numbers_.push_back(first_cached_ + c.expert);
  }
  cache_->foresee(numbers_);
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
