// How an engine is set up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/kernel_set.h"

namespace q3l {

inline constexpr char kKvTypeNames[] = "f32, f16, q8_0 or q4_0";
const char* name_of(KvType type);
std::optional<KvType> find_kv_type(const std::string& name);

inline constexpr int kMostContext = 1 << 24, kMostDraft = 15;

struct EngineOptions {
  int n_threads = 0;  // 0: the cores that this process may use
  int n_ctx = 4096;   // most positions of one sequence
  KvType kv_type = KvType::f16;
  // Memory for keys and values of all sequences and of prompts that may come again, in bytes; 0: a
  // quarter of what is available, or one sequence's if that is more.
  uint64_t kv_bytes = 0;
  int max_batch = 64;      // sequences of a step
  int max_queue = 512;     // requests that wait
  int prompt_chunk = 512;  // most prompt tokens of a step: fewer want less memory, and more time
  // Most tokens of a sequence that a step guesses, from what came before in it, where that pays; 0:
  // none. The same tokens come of it.
  int max_draft = 15;
  // A small model's file, of the same vocabulary, that guesses too; empty: none.
  std::string draft_model = {};
  // Memory for a sparse model's experts, in bytes, where the file is larger than memory; 0: they
  // are mapped like all weights.
  uint64_t expert_cache = 0;
  std::vector<std::string> expert_packs = {};  // files that are plugged in from the start
};

// Throws InvalidArgumentError for what is out of range with any model.
void check_range(const EngineOptions& options);

}  // namespace q3l
