// Opens damaged copies of small models and runs those that open: `q3l_mutate COUNT [FIRST_SEED]`.
// Each copy must give a typed error or a model that computes, in memory that the file's size
// bounds. Fails at the first that does otherwise, naming its seed.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>

#include "base/error.h"
#include "engine/engine.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

using testing::Field;
using testing::GgufBuilder;
using testing::TempFile;
using testing::TinyModel;

struct Original {
  std::string bytes;
  std::vector<Field> fields;
};

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string mutate(const Original& original) {
    std::string bytes = original.bytes;
    for (size_t n = 1 + below(2); n > 0; --n) {
      const Field field = original.fields[below(original.fields.size())];
      if (field.offset + field.size > bytes.size()) continue;
      switch (below(8)) {
        case 0:
          change_length(bytes, field.offset);
          break;
        case 1:
        case 2:
        case 3:
          change_number(bytes, field);
          break;
        case 4:  // a weight, a scale perhaps
          change_value(bytes, below(bytes.size()));
          break;
        default:  // near the number: the name before it, the text behind it
          change_value(bytes, std::min(field.offset + below(24), bytes.size() - 1));
      }
    }
    return bytes;
  }

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

  void change_number(std::string& bytes, Field field) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + field.offset, field.size);
    const uint64_t edge = uint64_t{1} << below(64);
    const uint64_t candidates[] = {
        0,          1,         edge,           edge - 1,       ~edge,
        value + 1,  value - 1, value ^ edge,   value * 2,      value / 2,
        value + 32, below(64), below(1 << 20), UINT64_MAX / 2, random_()};
    value = candidates[below(std::size(candidates))];
    std::memcpy(bytes.data() + field.offset, &value, field.size);
  }

  void change_value(std::string& bytes, size_t at) {
    const size_t n = std::min(below(12) + 1, bytes.size() - at);
    if (below(4) == 0) {  // something from elsewhere
      bytes.replace(at, n, bytes.substr(below(bytes.size() - n + 1), n));
    } else {
      bytes[at] = static_cast<char>(below(2) ? bytes[at] ^ 1 << below(8) : random_());
    }
  }

  void change_length(std::string& bytes, size_t at) {
    const size_t n = std::min(below(12) + 1, bytes.size() - at);
    switch (below(4)) {
      case 0:
        bytes.erase(at, n);
        break;
      case 1:
        bytes.insert(at, bytes.substr(at, n));
        break;
      case 2:
        bytes.resize(at + 1);
        break;
      default:
        bytes.resize(bytes.size() - below(bytes.size() / 8 + 1));
    }
  }

  std::mt19937_64 random_;
};

void compute(const std::string& path) {
  Engine engine(path, {.n_threads = 1, .n_ctx = 64, .kv_type = KvType::f16});
  const Tokenizer& tokenizer = engine.tokenizer();
  const std::vector<int32_t> ids = tokenizer.encode("the thing <|im_end|>\xff", true);
  tokenizer.decode(ids);
  std::vector<int32_t> tokens = {0, engine.config().n_vocab - 1, 1 % engine.config().n_vocab};
  std::vector<float> logits(tokens.size() * static_cast<size_t>(engine.config().n_vocab));
  for (Role role : {Role::prompt, Role::generated}) {
    Sequence sequence = engine.executor().open(tokens);
    engine.executor().logits(sequence, role, sequence.n_prompt(), logits.data());
  }
}

std::vector<Original> originals() {
  const TinyModel qwen3{.format = "Q4_0",
                        .n_layer = 1,
                        .n_embd = 32,
                        .n_head = 2,
                        .n_head_kv = 1,
                        .head_dim = 16,
                        .n_ff = 32,
                        .n_vocab = 262};
  const TinyModel llama{.architecture = "llama",
                        .format = "F16",
                        .n_embd = 12,
                        .n_head = 3,
                        .n_head_kv = 3,
                        .head_dim = 4,
                        .n_ff = 20,
                        .n_vocab = 264,
                        .tied = true};
  TinyModel qwen3moe = qwen3, qwen2 = qwen3;
  qwen3moe.architecture = "qwen3moe";
  qwen3moe.n_layer = 2;
  qwen3moe.n_expert = 4;
  qwen3moe.n_expert_used = 2;
  qwen3moe.n_ff_expert = 32;
  qwen2.architecture = "qwen2";
  qwen2.format = "F32";
  std::vector<Original> all;
  for (const TinyModel& shape : {qwen3, llama, qwen3moe, qwen2}) {
    const GgufBuilder file = testing::tiny_model(shape);
    all.push_back({file.bytes(), file.fields()});
  }
  return all;
}

// How many of the `count` copies opened. Throws what is no typed error.
int run(uint64_t count, uint64_t first_seed) {
  const std::vector<Original> models = originals();
  TempFile file("");
  int n_opened = 0;
  for (uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    file.write(Mutator(seed).mutate(models[seed % models.size()]));
    try {
      compute(file.path());
      ++n_opened;
    } catch (const Error&) {
    } catch (const std::exception& other) {
      throw std::runtime_error("seed " + std::to_string(seed) + ": " + other.what());
    }
  }
  return n_opened;
}

long peak_megabytes() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace

}  // namespace q3l

int main(int argc, char** argv) {
  const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
  const uint64_t first_seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  constexpr long kMostMegabytes = 200;  // the sanitizers' own included
  try {
    const int n_opened = q3l::run(count, first_seed);
    const long megabytes = q3l::peak_megabytes();
    std::printf("%llu damaged files: %d opened, peak memory %ld MB\n",
                static_cast<unsigned long long>(count), n_opened, megabytes);
    if (megabytes > kMostMegabytes) {
      std::puts("memory grew with a number that no check bounds");
      return 1;
    }
    // Neither all nor none: otherwise the damage is too light or too heavy to test anything.
    return count < 100 || (n_opened > 0 && n_opened < static_cast<int>(count)) ? 0 : 1;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
