#include <unistd.h>

#include <cstdio>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "engine/benchmark.h"

namespace q3l::cli {

namespace {

std::string json_of(const Samples& samples) {
  if (samples.values.empty()) return "null";
  return JsonObject()
      .add("median", samples.median())
      .add("min", samples.min())
      .add("max", samples.max())
      .text();
}

void print_json(const Arguments& arguments, const Benchmark& result) {
  const BenchmarkOptions& o = arguments.benchmark;
  JsonObject out;
  out.add_string("model", arguments.model)
      .add_string("isa", result.isa)
      .add("threads", result.n_threads);
  out.add("n_prompt", o.n_prompt).add("n_gen", o.n_gen).add("depth", o.depth);
  out.add("batch", o.batch).add("shared_prefix", o.shared_prefix);
  out.add_string("kv_type", name_of(arguments.engine.kv_type)).add("repeat", o.repeat);
  for (const Quantity& q : quantities()) out.add(q.name, json_of(result.*q.samples));
  std::printf("%s\n", out.text().c_str());
}

void print_row(const char* name, const Samples& samples, const char* unit, int digits,
               const char* absent = "") {
  if (samples.values.empty()) {
    std::printf("%-12s %10s %s\n", name, "-", absent);
    return;
  }
  std::printf("%-12s %10.*f %-5s  %.*f - %.*f\n", name, digits, samples.median(), unit, digits,
              samples.min(), digits, samples.max());
}

void print_table(const Arguments& arguments, const Benchmark& r) {
  const BenchmarkOptions& o = arguments.benchmark;
  std::printf("%s\n", arguments.model.c_str());
  std::printf("%s, threads %d; prompt %d, steps %d, depth %d, batch %d, ", r.isa.c_str(),
              r.n_threads, o.n_prompt, o.n_gen, o.depth, o.batch);
  std::printf("shared prefix %d, cache %s, repetitions %d\n\n", o.shared_prefix,
              name_of(arguments.engine.kv_type), o.repeat);
  std::printf("%-12s %10s %-5s  %s\n", "", "median", "", "min - max");
  print_row("prefill", r.prefill_tok_s, "tok/s", 1);
  print_row("decode", r.decode_tok_s, "tok/s", 1);
  print_row("first token", r.ttft_ms, "ms", 1);
  print_row("cold start", r.cold_start_ms, "ms", 1, "the file's pages stay in the page cache");
  print_row("warm start", r.warm_start_ms, "ms", 1);
  print_row("peak memory", r.rss_mb, "MB", 1);
  print_row("memory reads", r.read_gb_s, "GB/s", 2);
  print_row("decode reads", r.decode_gb_s, "GB/s", 2);
  Samples percent = r.decode_bandwidth_share;
  for (double& share : percent.values) share *= 100;
  print_row("of bandwidth", percent, "%", 1);
  if (o.batch > 1) {
    print_row("one alone", r.single_decode_tok_s, "tok/s", 1);
    print_row("together", r.batch_speedup, "times", 2);
  }
  if (o.shared_prefix > 0) {
    print_row("first prefix", r.shared_first_ttft_ms, "ms", 1);
    print_row("known prefix", r.shared_ttft_ms, "ms", 1);
  }
  std::printf("\nA step reads %.1f MB of weights and %.1f MB of keys and values.\n",
              r.weight_bytes / 1e6, r.cache_bytes / 1e6);
}

}  // namespace

void bench(const Arguments& arguments) {
  BenchmarkOptions options = arguments.benchmark;
  options.engine = engine_options(arguments, positions_of(options));
  const bool is_watched = ::isatty(STDERR_FILENO);
  BenchmarkCalls calls;
  calls.progress = [is_watched](int done, int total) {
    if (is_watched) std::fprintf(stderr, done < total ? "\r%d of %d" : "\r\033[K", done, total);
  };
  calls.poll = poll_interrupt;
  catch_interrupts();
  const Benchmark result = run_benchmark(arguments.model, options, calls);
  if (arguments.json) {
    print_json(arguments, result);
  } else {
    print_table(arguments, result);
  }
}

}  // namespace q3l::cli
