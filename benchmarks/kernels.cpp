// The speed of matrix products and of attention alone, on one core and in its own CPU time, so that
// a busy machine disturbs little: q3l_kernels [instruction set [products | attention]].
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/bandwidth.h"
#include "engine/options.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

constexpr int kWidth = 1024;                  // inputs of every product
constexpr size_t kLarge = size_t{192} << 20;  // bytes of weights that no cache holds
constexpr int kRounds = 5, kCacheRounds = 200;
constexpr int kProbePasses = 3;  // of read_bandwidth

double seconds_of(const std::function<void()>& body) {
  auto now = [] {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const double start = now();
  body();
  return now() - start;
}

double fastest(int rounds, const std::function<void()>& body) {
  double best = INFINITY;
  for (int i = 0; i < rounds; ++i) best = std::min(best, seconds_of(body));
  return best;
}

std::vector<float> normal(size_t n) {
  std::mt19937 random(1);
  std::normal_distribution<float> distribution;
  std::vector<float> values(n);
  for (float& v : values) v = distribution(random);
  return values;
}

// A matrix whose rows repeat the first 64: it is their bytes that count.
struct Matrix {
  Matrix(const Format& f, size_t bytes)
      : format(f), row_bytes(f.row_bytes(kWidth)), rows(static_cast<int>(bytes / row_bytes)) {
    const auto values = normal(64 * kWidth);
    data.resize(static_cast<size_t>(rows) * row_bytes);
    f.encode(values.data(), data.data(), std::min(values.size(), data.size() / row_bytes * kWidth));
    for (size_t i = 64 * row_bytes; i < data.size(); i += 64 * row_bytes) {
      std::memcpy(&data[i], data.data(), std::min(64 * row_bytes, data.size() - i));
    }
  }

  const Format& format;
  size_t row_bytes;
  int rows;
  std::vector<uint8_t> data;
};

// The product of a matrix with n_rows inputs, chunk by chunk of weight rows.
class Run {
 public:
  Run(const Kernels& kernels, const Matrix& w, Role role, int n_rows)
      : w_(w), packing_(kernels.packing(w.format, role)), n_rows_(n_rows) {
    const auto x = normal(static_cast<size_t>(n_rows) * kWidth);
    packed_ = AlignedBuffer(packing_.packed_bytes(kWidth, n_rows));
    packing_.pack(x.data(), kWidth, kWidth, 0, n_rows, packed_.data());
    scratch_ = AlignedBuffer(packing_.scratch_bytes(kWidth));
    if (packing_.arrange && n_rows >= packing_.arranged_rows) {
      arranged_ = AlignedBuffer(packing_.arranged_bytes(kWidth, n_rows));
      packing_.arrange(packed_.data(), kWidth, n_rows, arranged_.data());
    }
    y_.resize(static_cast<size_t>(n_rows) * kChunk);
  }

  void operator()() {
    for (int row = 0; row < w_.rows; row += kChunk) {
      packing_.matmul[w_.format.index]({w_.data.data() + static_cast<size_t>(row) * w_.row_bytes,
                                        w_.row_bytes, kWidth, 0, std::min(kChunk, w_.rows - row),
                                        packed_.data(), n_rows_, y_.data(), kChunk, scratch_.data(),
                                        arranged_.data()});
    }
  }

 private:
  static constexpr int kChunk = 256;

  const Matrix& w_;
  const Packing& packing_;
  int n_rows_;
  AlignedBuffer packed_, scratch_, arranged_;
  std::vector<float> y_;
};

void measure(const Kernels& kernels, const Format& format) {
  const Matrix small(format, size_t{256} << 10), large(format, kLarge);
  auto rate = [](const Matrix& w, double seconds) {
    return 1e-9 * static_cast<double>(w.data.size()) / seconds;
  };
  std::printf("%-6s", format.name);
  for (int columns : {1, 8}) {
    Run run(kernels, small, Role::generated, columns);
    std::printf(" %12.1f", rate(small, fastest(kCacheRounds, std::ref(run))));
  }
  Run generated(kernels, large, Role::generated, 1);
  ThreadPool one(1);
  const double read =
      rate(large, seconds_of([&] { read_bandwidth(large.data, one); }) / kProbePasses);
  const double from_memory = rate(large, fastest(kRounds, std::ref(generated)));
  std::printf(" %12.1f %5.0f %%", from_memory, 100 * from_memory / read);

  constexpr int kTokens = 512;
  const Matrix medium(format, size_t{4} << 20);
  Run prompt(kernels, medium, Role::prompt, kTokens);
  const double products = static_cast<double>(medium.rows) * kWidth * kTokens;
  std::printf(" %12.0f\n", 1e-9 * products / fastest(kRounds, std::ref(prompt)));
}

// A generated token's attention over some of Qwen3-0.6B's heads, of one layer or of several.
class AttendRun {
 public:
  AttendRun(const OpsSet& ops, KvType type, int n_heads, int n_positions)
      : ops_(ops),
        type_(type),
        n_heads_(n_heads),
        plane_bytes_(kPagePositions * kv_row_bytes(type, kHeadDim)),
        scratch_(sizeof(float) * static_cast<size_t>(attend_scratch(ops.attend_rows, kHeadDim))) {
    const auto values = normal(static_cast<size_t>(kPagePositions) * kHeadDim);
    for (int i = 0; i < pages_for(n_positions); ++i) {
      const size_t centres = static_cast<size_t>(2 * n_heads) * plane_bytes_;
      pages_.emplace_back(centres + kv_centre_bytes(type, kHeadDim));
      std::memset(pages_.back().data() + centres, 0, kv_centre_bytes(type, kHeadDim));
      for (size_t at = 0; at < centres; at += kv_row_bytes(type, kHeadDim)) {
        const size_t position = at / kv_row_bytes(type, kHeadDim) % kPagePositions;
        std::vector<float> row(&values[position * kHeadDim],
                               &values[position * kHeadDim] + kHeadDim);
        ops.store_kv[static_cast<int>(type)](row.data(), nullptr, pages_.back().data() + at,
                                             kHeadDim);
      }
      addresses_.push_back(pages_.back().data());
    }
    row_ = {0, n_positions, addresses_.data()};
  }

  size_t bytes() const { return pages_.size() * pages_.front().size(); }

  void operator()() {
    for (size_t plane = 0; plane < static_cast<size_t>(2 * n_heads_); plane += 2) {
      const CachedHead head = {kGroup, kHeadDim, 0.1f, plane * plane_bytes_,
                               (plane + 1) * plane_bytes_,
                               static_cast<size_t>(2 * n_heads_) * plane_bytes_};
      ops_.row_attention_rounded[static_cast<int>(type_)].attend(
          {{head, q_.data(), out_.data(), 0, scratch_.floats()}, &row_, 1});
    }
  }

 private:
  static constexpr int kGroup = 2, kHeadDim = 128;

  const OpsSet& ops_;
  KvType type_;
  int n_heads_;
  size_t plane_bytes_;
  AlignedBuffer scratch_;
  std::vector<AlignedBuffer> pages_;
  std::vector<const uint8_t*> addresses_;
  AttendRow row_;
  std::vector<float> q_ = normal(kGroup * kHeadDim), out_ = normal(kGroup * kHeadDim);
};

void measure_attention(const Kernels& kernels, KvType type) {
  AttendRun small(kernels.ops, type, 1, 512), large(kernels.ops, type, 48, 8192);
  auto rate = [](const AttendRun& run, double seconds) {
    return 1e-9 * static_cast<double>(run.bytes()) / seconds;
  };
  std::printf("%-6s %12.1f %12.1f\n", name_of(type),
              rate(small, fastest(kCacheRounds, std::ref(small))),
              rate(large, fastest(kRounds, std::ref(large))));
}

}  // namespace

}  // namespace q3l

int main(int argc, char** argv) {
  const q3l::Kernels kernels = q3l::select_kernels(argc > 1 ? argv[1] : "");
  const std::string what = argc > 2 ? argv[2] : "products attention";
  std::printf("%s, one core\n", kernels.isa.c_str());
  if (what.find("products") != what.npos) {
    std::printf(
        "\nproducts: weights GB/s, from cache with 1 and 8 inputs, from memory with 1 (share of\n"
        "reading alone); prompt of 512: G multiply-adds/s\n%-6s %12s %12s %20s %12s\n",
        "", "cache, 1", "cache, 8", "memory, 1", "prompt");
    for (const q3l::Format& format : q3l::formats()) q3l::measure(kernels, format);
  }
  if (what.find("attention") != what.npos) {
    std::printf("\nattention of a token: keys and values GB/s\n%-6s %12s %12s\n", "", "cache",
                "memory");
    for (q3l::KvType type : q3l::kAllKvTypes) q3l::measure_attention(kernels, type);
  }
}
