// How an engine is set up.
#pragma once

#include "kernels/kernel_set.h"

namespace q3l {

struct EngineOptions {
  int n_threads = 0;  // 0: the cores that this process may use
  int n_ctx = 4096;   // most positions of one sequence
  KvType kv_type = KvType::f16;
};

}  // namespace q3l
