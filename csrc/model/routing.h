// Which experts each row of a batch goes to, and the rows grouped by expert, so that an expert's
// weights are read once for all its rows. A group is consecutive slots, whole tiles of packed
// inputs; prompt rows' groups come before generated rows'.
#pragma once

#include <span>
#include <vector>

#include "base/mat.h"
#include "kernels/kernel_set.h"
#include "model/config.h"

namespace q3l {

// One of a row's choices, experts as a rule. Equal probabilities prefer the lower number.
struct Choice {
  int expert;
  float weight;
  int slot;  // or -1: there is nothing to compute
};

// Writes the row's choices in ascending order of experts, slots left out. `logits`: [n_expert].
void choose_experts(const float* logits, const RouterConfig& config, Choice* choices);

class Routing {
 public:
  struct Group {
    int expert;
    Role role;
    int begin, end;  // slots, those that fill up the last tile included
  };

  // Makes room for the choices of n rows. Choice 0 may be nothing: it takes no slot.
  void begin(int n_rows, const RouterConfig& config, bool first_is_nothing = false);
  Choice* choices(int row) { return choices_.data() + static_cast<size_t>(row * n_used_); }
  std::span<const Choice> chosen(int row) const {
    return {choices_.data() + static_cast<size_t>(row * n_used_), static_cast<size_t>(n_used_)};
  }

  // Groups the rows, of which the first n_prompt are prompt tokens', by their choices. Groups are
  // multiples of their role's tile.
  void group(int n_prompt, const int (&tiles)[kRoles]);
  const std::vector<Group>& groups() const { return groups_; }
  int n_slots() const { return static_cast<int>(rows_.size()); }
  int n_prompt_slots() const { return n_prompt_slots_; }
  // The row that a slot holds, or -1 where it fills up a tile.
  int row_of(int slot) const { return rows_[static_cast<size_t>(slot)]; }

 private:
  void group_role(Role role, int first_row, int last_row, int tile);

  int n_rows_ = 0, n_expert_ = 0, n_used_ = 0, n_prompt_slots_ = 0;
  int first_expert_ = 0;         // of those that take slots
  std::vector<Choice> choices_;  // [rows][n_used]
  std::vector<Group> groups_;
  std::vector<int> rows_;       // of each slot
  std::vector<int> next_slot_;  // by expert, while grouping
};

}  // namespace q3l
