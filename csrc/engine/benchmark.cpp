#include "engine/benchmark.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <random>

#include "base/error.h"
#include "base/page_cache.h"
#include "engine/engine.h"
#include "engine/traffic.h"
#include "sampler/sampler.h"

namespace q3l {

namespace {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double milliseconds() const { return 1e3 * seconds(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Positions of the sequences that are decoded.
int decoded_from(const BenchmarkOptions& o) {
  return o.shared_prefix > 0 ? o.shared_prefix + kOwnTokens : std::max(o.depth, 1);
}

BenchmarkOptions checked(BenchmarkOptions o) {
  constexpr int kMostTokens = 1 << 20, kMostSequences = 1024, kMostRepetitions = 10000;
  check_between("n_prompt", o.n_prompt, 1, kMostTokens);
  check_between("n_gen", o.n_gen, 1, kMostTokens);
  check_between("depth", o.depth, 0, kMostTokens);
  check_between("batch", o.batch, 1, kMostSequences);
  check_between("shared_prefix", o.shared_prefix, 0, kMostTokens);
  check_between("repeat", o.repeat, 1, kMostRepetitions);
  if (o.depth > 0 && o.shared_prefix > 0) {
    throw InvalidArgumentError(
        "depth and shared_prefix are two ways to say what is in the cache; give one of them");
  }
  o.engine.n_ctx = std::max(o.depth + o.n_prompt, decoded_from(o) + o.n_gen);
  return o;
}

// The most memory that this process has had, mapped pages included.
double peak_rss_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib;
    if (word == "VmHWM:" && status >> kib) return kib * 1024 / 1e6;
  }
  return 0;
}

// Opens the file and samples the first token after one.
double start_milliseconds(const std::string& path, const EngineOptions& options) {
  const Stopwatch watch;
  Engine engine(path, options);
  Sequence sequence = engine.executor().open({0});
  std::vector<float> logits(static_cast<size_t>(engine.config().n_vocab));
  engine.executor().step(sequence, logits.data());
  Sampler({}, engine.config().n_vocab).sample(logits);
  return watch.milliseconds();
}

std::vector<std::string> parts_of(const std::string& path) {
  const gguf::Reader file(path);
  std::vector<std::string> parts;
  for (const FileMap& part : file.files()) parts.push_back(part.path());
  return parts;
}

void measure_starts(const std::string& path, const BenchmarkOptions& options, Benchmark& result,
                    const std::function<void()>& finished) {
  const std::vector<std::string> parts = parts_of(path);
  for (int i = 0; i < options.repeat; ++i) {
    bool is_cold = true;
    for (const std::string& part : parts) is_cold &= drop_cached_pages(part);
    const double first = start_milliseconds(path, options.engine);
    if (is_cold) result.cold_start_ms.values.push_back(first);
    result.warm_start_ms.values.push_back(start_milliseconds(path, options.engine));
    finished();
  }
}

// One sequence with a prompt to compute, and several to decode, at the same depth or behind a
// prefix that they share.
class Workload {
 public:
  Workload(Engine& engine, const BenchmarkOptions& options, const std::function<void()>& poll)
      : executor_(engine.executor()),
        options_(options),
        poll_(poll),
        n_vocab_(engine.config().n_vocab),
        decoded_from_(decoded_from(options)),
        prompt_(executor_.open(tokens(options.depth + options.n_prompt))),
        first_(executor_.open(tokens(decoded_from_))),
        logits_(static_cast<size_t>(options.batch) * static_cast<size_t>(n_vocab_)) {
    decoded_.reserve(static_cast<size_t>(options.batch));
    compute(first_);
    for (int i = 0; i < options.batch; ++i) {
      compute(decoded_.emplace_back(behind_prefix()));
      pointers_.push_back(&decoded_.back());
    }
    if (options.depth > 0) compute(prompt_);  // prefill() then takes all but `depth` back
  }

  // Computes the prompt again after `depth` positions, and samples.
  void prefill(Benchmark& result) {
    prompt_.n_computed = options_.depth;
    const Stopwatch watch;
    compute(prompt_);
    result.prefill_tok_s.values.push_back(options_.n_prompt / watch.seconds());
    sample();
    result.ttft_ms.values.push_back(watch.milliseconds());
  }

  // The first token behind the shared prefix, which is computed, then known.
  void prefill_shared(Benchmark& result) {
    if (options_.shared_prefix == 0) return;
    first_.n_computed = 0;
    const Stopwatch watch;
    compute(first_);
    sample();
    result.shared_first_ttft_ms.values.push_back(watch.milliseconds());
    const Stopwatch second;
    Sequence other = behind_prefix();
    compute(other);
    sample();
    result.shared_ttft_ms.values.push_back(second.milliseconds());
  }

  // Seconds that the steps of the first n sequences take; their tokens are drawn beforehand.
  double decode(int n) {
    const std::span<Sequence> decoded = std::span(decoded_).first(static_cast<size_t>(n));
    for (Sequence& s : decoded) {
      s.tokens.resize(static_cast<size_t>(decoded_from_));
      s.n_computed = decoded_from_;
    }
    const std::vector<int32_t> drawn = tokens(options_.n_gen * n);
    const Stopwatch watch;
    for (auto next = drawn.begin(); next != drawn.end();) {
      poll_();
      for (Sequence& s : decoded) s.tokens.push_back(*next++);
      executor_.step(std::span(pointers_).first(decoded.size()), logits_.data());
    }
    return watch.seconds();
  }

  // Keys and values that a step over all sequences reads on average: what they share once.
  double cache_bytes() const {
    const int n_shared = options_.shared_prefix;
    const double n_own = decoded_from_ - n_shared + 0.5 * (options_.n_gen + 1);
    return (n_shared + options_.batch * n_own) * static_cast<double>(executor_.cache_bytes());
  }

 private:
  std::vector<int32_t> tokens(int n) {
    std::vector<int32_t> drawn(static_cast<size_t>(n));
    for (int32_t& id : drawn)
      id = static_cast<int32_t>(random_() % static_cast<uint64_t>(n_vocab_));
    return drawn;
  }
  // A sequence to decode, of which the shared prefix is known.
  Sequence behind_prefix() {
    const int n_shared = options_.shared_prefix;
    std::vector<int32_t> ids = tokens(decoded_from_);
    std::copy_n(first_.tokens.begin(), n_shared, ids.begin());
    Sequence s = executor_.open(std::move(ids));
    for (int i = 0; i < n_shared; i += kPagePositions) s.kv.share(first_.kv.page_of(i));
    s.n_computed = n_shared;
    return s;
  }
  void sample() { Sampler({}, n_vocab_).sample({logits_.data(), static_cast<size_t>(n_vocab_)}); }
  void compute(Sequence& sequence) {
    do poll_();
    while (!executor_.step(sequence, logits_.data()));
  }

  Executor& executor_;
  const BenchmarkOptions& options_;
  const std::function<void()>& poll_;
  int n_vocab_, decoded_from_;
  std::mt19937_64 random_{1};
  Sequence prompt_;
  Sequence first_;  // of those that share a prefix
  std::vector<float> logits_;
  std::vector<Sequence> decoded_;
  std::vector<Sequence*> pointers_;
};

// The largest part of the file: what is probed must be more than caches hold.
std::span<const uint8_t> largest_part(const gguf::Reader& file) {
  const auto& parts = file.files();
  auto smaller = [](const FileMap& a, const FileMap& b) { return a.size() < b.size(); };
  const auto largest = std::max_element(parts.begin(), parts.end(), smaller);
  return {largest->data(), largest->size()};
}

void measure_decode(Engine& engine, const BenchmarkOptions& options, Workload& workload,
                    Benchmark& result) {
  const std::span<const uint8_t> probed = largest_part(engine.file());
  const double before = engine.executor().read_bandwidth(probed);
  const double seconds = workload.decode(options.batch);
  const double after = engine.executor().read_bandwidth(probed);
  const double steps_s = options.n_gen / seconds, read = std::max(before, after);
  const double decode = (result.weight_bytes + result.cache_bytes) * steps_s;
  result.decode_tok_s.values.push_back(options.batch * steps_s);
  result.read_gb_s.values.push_back(read / 1e9);
  result.decode_gb_s.values.push_back(decode / 1e9);
  result.decode_bandwidth_share.values.push_back(decode / read);
  if (options.batch == 1) return;
  const double single = options.n_gen / workload.decode(1);
  result.single_decode_tok_s.values.push_back(single);
  result.batch_speedup.values.push_back(options.batch * steps_s / single);
}

}  // namespace

double Samples::median() const {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const size_t n = sorted.size();
  return 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
}

double Samples::min() const {
  return *std::min_element(values.begin(), values.end());
}

double Samples::max() const {
  return *std::max_element(values.begin(), values.end());
}

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all = {
      {"prefill_tok_s", &Benchmark::prefill_tok_s},
      {"decode_tok_s", &Benchmark::decode_tok_s},
      {"ttft_ms", &Benchmark::ttft_ms},
      {"cold_start_ms", &Benchmark::cold_start_ms},
      {"warm_start_ms", &Benchmark::warm_start_ms},
      {"rss_mb", &Benchmark::rss_mb},
      {"read_gb_s", &Benchmark::read_gb_s},
      {"decode_gb_s", &Benchmark::decode_gb_s},
      {"decode_bandwidth_share", &Benchmark::decode_bandwidth_share},
      {"single_decode_tok_s", &Benchmark::single_decode_tok_s},
      {"batch_speedup", &Benchmark::batch_speedup},
      {"shared_first_ttft_ms", &Benchmark::shared_first_ttft_ms},
      {"shared_ttft_ms", &Benchmark::shared_ttft_ms},
  };
  return all;
}

// Each sequence has pages of its own: the prompt, the first of those that share a prefix, one more
// behind it, and those that are decoded.
int positions_of(const BenchmarkOptions& options) {
  const BenchmarkOptions o = checked(options);
  const int64_t first = pages_for(decoded_from(o)), n_shared = o.shared_prefix / kPagePositions;
  const int64_t decoded = pages_for(decoded_from(o) + o.n_gen) - n_shared;
  const int64_t n_pages =
      pages_for(o.depth + o.n_prompt) + 2 * first - n_shared + o.batch * decoded;
  constexpr int64_t kMost = std::numeric_limits<int>::max() / kPagePositions;
  return static_cast<int>(std::min(n_pages, kMost) * kPagePositions);
}

Benchmark run_benchmark(const std::string& path, const BenchmarkOptions& given,
                        const BenchmarkCalls& calls) {
  const BenchmarkOptions options = checked(given);
  int done = 0;
  auto finished = [&] {
    calls.poll();
    calls.progress(++done, 2 * options.repeat + 1);
  };
  Benchmark result{};
  measure_starts(path, options, result, finished);

  Engine engine(path, options.engine);
  Workload workload(engine, options, calls.poll);
  result.isa = kernels().isa;
  result.n_threads = engine.executor().n_threads();
  result.weight_bytes = weight_bytes_a_step(engine.file(), engine.config(), options.batch);
  result.cache_bytes = workload.cache_bytes();
  {
    Benchmark warm_up{};
    workload.prefill(warm_up);
    workload.decode(options.batch);
    result.rss_mb.values.push_back(peak_rss_mb());
    finished();
  }
  for (int i = 0; i < options.repeat; ++i) {
    workload.prefill(result);
    workload.prefill_shared(result);
    measure_decode(engine, options, workload, result);
    finished();
  }
  return result;
}

}  // namespace q3l
