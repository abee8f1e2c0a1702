#include "model/routing.h"

#include <algorithm>
#include <cmath>

namespace q3l {

namespace {

int round_up(int n, int multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

void choose_experts(const float* logits, const RouterConfig& c, Choice* choices) {
  const float largest = *std::max_element(logits, logits + c.n_expert);
  float total = 0.0f;
  int n = 0;
  for (int e = 0; e < c.n_expert; ++e) {
    const float weight = std::exp(logits[e] - largest);
    total += weight;
    // choices[0, n) are the best so far, the best first.
    int place = n;
    while (place > 0 && choices[place - 1].weight < weight) --place;
    if (place == c.n_used) continue;
    n = std::min(n + 1, c.n_used);
    std::move_backward(choices + place, choices + n - 1, choices + n);
    choices[place] = {e, weight, 0};
  }
  if (c.renormalise) {
    total = 0.0f;
    for (int i = 0; i < n; ++i) total += choices[i].weight;
  }
  for (int i = 0; i < n; ++i) choices[i].weight *= c.scale / total;
  std::sort(choices, choices + n,
            [](const Choice& a, const Choice& b) { return a.expert < b.expert; });
}

void Routing::begin(int n_rows, const RouterConfig& config, bool first_is_nothing) {
  first_expert_ = first_is_nothing ? 1 : 0;
  n_rows_ = n_rows;
  n_expert_ = config.n_expert;
  n_used_ = config.n_used;
  choices_.resize(static_cast<size_t>(n_rows) * static_cast<size_t>(n_used_));
}

void Routing::group(int n_prompt, const int (&tiles)[kRoles]) {
  groups_.clear();
  rows_.clear();
  group_role(Role::prompt, 0, n_prompt, tiles[static_cast<int>(Role::prompt)]);
  n_prompt_slots_ = n_slots();
  group_role(Role::generated, n_prompt, n_rows_, tiles[static_cast<int>(Role::generated)]);
}

void Routing::group_role(Role role, int first_row, int last_row, int tile) {
  next_slot_.assign(static_cast<size_t>(n_expert_), 0);
  for (int row = first_row; row < last_row; ++row) {
    for (const Choice& c : chosen(row)) ++next_slot_[static_cast<size_t>(c.expert)];
  }
  for (int e = first_expert_; e < n_expert_; ++e) {
    const int count = next_slot_[static_cast<size_t>(e)], begin = n_slots();
    next_slot_[static_cast<size_t>(e)] = begin;
    if (count == 0) continue;
    const int end = begin + round_up(count, tile);
    groups_.push_back({e, role, begin, end});
    rows_.resize(static_cast<size_t>(end), -1);
  }
  for (int row = first_row; row < last_row; ++row) {
    for (Choice* c = choices(row); c < choices(row) + n_used_; ++c) {
      c->slot = -1;
      if (c->expert < first_expert_) continue;
      c->slot = next_slot_[static_cast<size_t>(c->expert)]++;
      rows_[static_cast<size_t>(c->slot)] = row;
    }
  }
}

}  // namespace q3l
