// What one forward pass computes: rows of tokens, run by run. A run is consecutive positions of one
// sequence in one role.
// INVARIANT: prompt runs come before generated ones, so that each role is one stretch of rows.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kernel_set.h"
#include "model/kv_cache.h"

namespace q3l {

struct Run {
  const KvSequence* sequence;  // has room for the run's positions
  int position;                // of its first row
  int n_rows;
  Role role;
};

struct Batch {
  std::vector<int32_t> tokens;  // one a row
  std::vector<Run> runs;
  std::vector<int> logit_rows;  // rows whose logits are wanted, ascending
  // Rows that tokens are sampled from take the head's kernels of generated tokens, for they are
  // few; the first so many of logit_rows, read for themselves, those of prompts.
  int n_prompt_logits = 0;

  int n_rows() const { return static_cast<int>(tokens.size()); }
  int n_prompt_rows() const;
  void clear();  // keeps the memory
  // Appends a run. REQUIRES: no generated run before a prompt run.
  void add(const Run& run, const int32_t* tokens);
};

}  // namespace q3l
