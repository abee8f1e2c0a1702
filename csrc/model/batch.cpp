#include "model/batch.h"

namespace q3l {

int Batch::n_prompt_rows() const {
  int n = 0;
  for (const Run& run : runs) n += run.role == Role::prompt ? run.n_rows : 0;
  return n;
}

void Batch::clear() {
  tokens.clear();
  runs.clear();
  logit_rows.clear();
  n_prompt_logits = 0;
}

void Batch::add(const Run& run, const int32_t* run_tokens) {
  runs.push_back(run);
  tokens.insert(tokens.end(), run_tokens, run_tokens + run.n_rows);
}

}  // namespace q3l
