// Measures a model file on this machine, every quantity beside the memory bandwidth of the same
// minute: the one implementation behind `q3l bench` and `qwen3lite bench`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/options.h"

namespace q3l {

constexpr int kOwnTokens = 16;

struct BenchmarkOptions {
  int n_prompt = 512;         // tokens of the prompt
  int n_gen = 64;             // steps of decoding
  int depth = 0;              // positions that are in the cache before either
  int batch = 1;              // sequences decoded together
  int shared_prefix = 0;      // positions that they share; then each has kOwnTokens of its own
  int repeat = 7;             // samples of each quantity
  EngineOptions engine = {};  // n_ctx is what the above need
};

// That the cache has to hold at once. Throws InvalidArgumentError for options out of range.
int positions_of(const BenchmarkOptions& options);

// A quantity, one value a repetition; none where it could not be measured.
struct Samples {
  std::vector<double> values;

  double median() const;  // REQUIRES: not empty
  double min() const;
  double max() const;
};

struct Benchmark {
  std::string isa;
  int n_threads;
  double weight_bytes;  // that a decode step reads
  double cache_bytes;   // keys and values that a decode step reads, on average

  Samples prefill_tok_s;  // of one sequence's prompt
  Samples decode_tok_s;   // of all sequences together
  Samples ttft_ms;        // the first token of such a prompt, sampled, on an open engine
  // Opening the file and the first token of a prompt of one token: with none of the file's pages in
  // the page cache, and with all of them.
  Samples cold_start_ms, warm_start_ms;
  Samples rss_mb;                  // VmHWM after a repetition that warms up, before any probe
  Samples read_gb_s;               // the better of a probe before decoding and one after it
  Samples decode_gb_s;             // weight and cache bytes over the time of the steps
  Samples decode_bandwidth_share;  // of the same repetition: decode_gb_s / read_gb_s
  // Of several sequences: one of them decoded alone, and what all give together over that.
  Samples single_decode_tok_s, batch_speedup;
  // With a shared prefix: the first token of the prefix and a sequence's own tokens when nothing is
  // known of them, and when the prefix is.
  Samples shared_first_ttft_ms, shared_ttft_ms;
};

// The quantities by the names under which they are printed, in that order.
struct Quantity {
  const char* name;
  Samples Benchmark::* samples;
};
const std::vector<Quantity>& quantities();

// Either may throw, which ends the benchmark.
struct BenchmarkCalls {
  std::function<void(int done, int total)> progress = [](int, int) {};  // between repetitions
  std::function<void()> poll = [] {};                                   // between steps
};

// Prompts and decoded tokens are drawn at random, the same in every run. Throws
// InvalidArgumentError for options out of range, and as Engine does. GB and MB are 10^9 and 10^6
// bytes.
Benchmark run_benchmark(const std::string& path, const BenchmarkOptions& options,
                        const BenchmarkCalls& calls = {});

}  // namespace q3l
