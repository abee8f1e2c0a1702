// Several sequences in one forward pass give bit for bit what each gives alone: whatever the
// sequences' lengths and roles, the order of their pages in memory and the number of threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "model/transformer.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

using testing::TempFile;
using testing::tiny_model;
using testing::TinyModel;

// A model with everything that a forward pass needs.
struct Runner {
  Runner(const Transformer& m, std::string_view isa, KvType type, int n_threads)
      : model(m),
        kernels(select_kernels(isa)),
        pool(n_threads),
        cache(m.config(), type),
        scratch(m.config(), kernels, pool) {}

  // Logits of all rows, or of the chosen ones.
  std::vector<float> forward(Batch batch, bool all_rows = true) {
    for (int row = 0; all_rows && row < batch.n_rows(); ++row) batch.logit_rows.push_back(row);
    const int n = static_cast<int>(batch.logit_rows.size()), n_vocab = model.config().n_vocab;
    std::vector<float> logits(static_cast<size_t>(n) * static_cast<size_t>(n_vocab));
    model.forward(batch, cache, scratch, Mat(logits.data(), n, n_vocab));
    return logits;
  }

  // Puts `n` pages that hold NaN into the cache's stock, to be taken in no order.
  void shuffle_pages(int n) {
    std::vector<uint8_t*> pages;
    for (int i = 0; i < n; ++i) pages.push_back(cache.take_page());
    std::sort(pages.begin(), pages.end());
    for (int i = 0; i < n; ++i) {
      uint8_t* page = pages[static_cast<size_t>(i * 7 % n)];
      std::fill_n(page, cache.page_bytes(), uint8_t{0xff});
      cache.give_back(page);
    }
  }

  const Transformer& model;
  Kernels kernels;
  ThreadPool pool;
  KvCache cache;
  Scratch scratch;
};

// Runs of one forward pass: which sequence goes on by how many rows, in which role.
struct Step {
  int sequence;
  int n_rows;
  Role role;
};
using Plan = std::vector<std::vector<Step>>;

// Lengths around a page (64) and, for the longest, around a chunk of the attention (512). The
// first pass has prompts alone, the second prompts and generated tokens, the third generated ones.
Plan plan_of(int longest) {
  constexpr Role kPrompt = Role::prompt, kGenerated = Role::generated;
  return {{{0, 65, kPrompt}, {1, 30, kPrompt}, {2, longest, kPrompt}},
          {{0, 13, kPrompt}, {2, 4, kGenerated}, {1, 1, kGenerated}},
          {{1, 2, kGenerated}, {0, 1, kGenerated}, {2, 1, kGenerated}}};
}

constexpr int kSequences = 3;

std::vector<int32_t> tokens_of(int sequence, int begin, int n, int n_vocab) {
  std::vector<int32_t> tokens;
  for (int i = begin; i < begin + n; ++i) {
    tokens.push_back((i * i * 31 + i * (sequence + 7) + sequence) % n_vocab);
  }
  return tokens;
}

using Rows = std::vector<float>;

// Each sequence's logits, row after row, when the plan's runs are computed together.
std::vector<Rows> together(Runner& run, const Plan& plan) {
  std::vector<KvSequence> sequences;
  std::vector<int> lengths(kSequences, 0);
  std::vector<Rows> rows(kSequences);
  for (int i = 0; i < kSequences; ++i) sequences.emplace_back(run.cache);
  const auto n_vocab = static_cast<size_t>(run.model.config().n_vocab);
  for (const std::vector<Step>& steps : plan) {
    Batch batch;
    for (const Step& step : steps) {
      const auto s = static_cast<size_t>(step.sequence);
      sequences[s].reserve(lengths[s], lengths[s] + step.n_rows);
      batch.add(
          {&sequences[s], lengths[s], step.n_rows, step.role},
          tokens_of(step.sequence, lengths[s], step.n_rows, static_cast<int>(n_vocab)).data());
      lengths[s] += step.n_rows;
    }
    const std::vector<float> logits = run.forward(batch);
    auto from = logits.begin();
    for (const Step& step : steps) {
      auto to = from + static_cast<std::ptrdiff_t>(static_cast<size_t>(step.n_rows) * n_vocab);
      Rows& mine = rows[static_cast<size_t>(step.sequence)];
      mine.insert(mine.end(), from, to);
      from = to;
    }
  }
  const KvSequence& longest = sequences.back();
  REQUIRE(!std::is_sorted(longest.pages(), longest.pages() + (lengths.back() + 63) / 64));
  return rows;
}

// The same rows of one sequence in a cache of its own: its prompt at once, its generated tokens one
// by one.
Rows alone(Runner& run, const Plan& plan, int sequence) {
  std::vector<Role> roles;
  for (const std::vector<Step>& steps : plan) {
    for (const Step& step : steps) {
      if (step.sequence == sequence) {
        roles.insert(roles.end(), static_cast<size_t>(step.n_rows), step.role);
      }
    }
  }
  const int n = static_cast<int>(roles.size());
  const int n_prompt = static_cast<int>(std::count(roles.begin(), roles.end(), Role::prompt));
  const std::vector<int32_t> tokens = tokens_of(sequence, 0, n, run.model.config().n_vocab);
  KvSequence kv(run.cache);
  kv.reserve(0, n);
  Batch prompt;
  prompt.add({&kv, 0, n_prompt, Role::prompt}, tokens.data());
  Rows rows = run.forward(prompt);
  for (int i = n_prompt; i < n; ++i) {
    Batch next;
    next.add({&kv, i, 1, Role::generated}, tokens.data() + i);
    const Rows row = run.forward(next);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

// Position of the first difference in bits, or -1.
std::ptrdiff_t first_difference(const Rows& a, const Rows& b) {
  if (a.size() != b.size()) return 0;
  auto same = [](float x, float y) {
    return std::bit_cast<uint32_t>(x) == std::bit_cast<uint32_t>(y);
  };
  auto at = std::mismatch(a.begin(), a.end(), b.begin(), same);
  return at.first == a.end() ? -1 : at.first - a.begin();
}

void check_seams(const TinyModel& shape, KvType type, int longest) {
  const TempFile file(tiny_model(shape).bytes());
  const gguf::Reader reader(file.path());
  const Transformer model(reader);
  const Plan plan = plan_of(longest);
  for (const std::string& isa : available_isas()) {
    CAPTURE(isa);
    std::vector<Rows> expected;
    for (int sequence = 0; sequence < kSequences; ++sequence) {
      Runner run(model, isa, type, 1);
      expected.push_back(alone(run, plan, sequence));
      REQUIRE(std::all_of(expected.back().begin(), expected.back().end(),
                          [](float v) { return std::isfinite(v); }));
    }
    for (int n_threads : {1, 2, 3}) {
      CAPTURE(n_threads);
      Runner run(model, isa, type, n_threads);
      run.shuffle_pages(30);
      const std::vector<Rows> got = together(run, plan);
      for (size_t s = 0; s < kSequences; ++s) {
        CAPTURE(s);
        CHECK(first_difference(got[s], expected[s]) == -1);
      }
    }
  }
}

}  // namespace

TEST_CASE("mixed batches: F32 weights, f32 cache, past a chunk of positions") {
  check_seams({.format = "F32"}, KvType::f32, 509);
}
TEST_CASE("mixed batches: F16 weights") {
  check_seams({.architecture = "llama", .format = "F16", .n_embd = 150, .n_ff = 203, .tied = true},
              KvType::f16, 126);
}
TEST_CASE("mixed batches: Q4_0 weights") {
  check_seams({.format = "Q4_0"}, KvType::f16, 126);
}
TEST_CASE("mixed batches: Q8_0 weights") {
  check_seams({.format = "Q8_0"}, KvType::f16, 126);
}
TEST_CASE("mixed batches: Q6_K weights") {
  check_seams(
      {.format = "Q6_K", .n_embd = 256, .n_head = 8, .n_head_kv = 1, .head_dim = 64, .n_ff = 256},
      KvType::f32, 126);
}

TEST_CASE("mixed batches: quantised caches") {
  check_seams({.format = "Q4_0", .head_dim = 64}, KvType::q8_0, 126);
  check_seams({.format = "F16", .head_dim = 32}, KvType::q4_0, 126);
}
TEST_CASE("mixed batches: biases") {
  check_seams({.architecture = "qwen2", .format = "Q8_0"}, KvType::f16, 126);
}
TEST_CASE("mixed batches: experts") {
  for (const char* format : {"F32", "Q4_0"}) {
    for (int n_used : {1, 3, 8}) {
      CAPTURE(format);
      CAPTURE(n_used);
      check_seams(
          {.architecture = "qwen3moe", .format = format, .n_expert = 8, .n_expert_used = n_used},
          KvType::f32, 126);
    }
  }
}

TEST_CASE("threads share the positions that a token sees") {
  const TempFile file(tiny_model({.format = "Q4_0", .head_dim = 64}).bytes());
  const gguf::Reader reader(file.path());
  const Transformer model(reader);
  const Plan plan = {{{0, 560, Role::prompt}}, {{0, 3, Role::generated}}};
  for (const std::string& isa : available_isas()) {
    for (KvType type : {KvType::f16, KvType::q4_0}) {
      CAPTURE(isa);
      CAPTURE(static_cast<int>(type));
      Runner one(model, isa, type, 1);
      const Rows expected = alone(one, plan, 0);
      CHECK(one.scratch.n_spans == 1);
      Runner several(model, isa, type, 3);
      CHECK(first_difference(alone(several, plan, 0), expected) == -1);
      CHECK(several.scratch.n_spans > 1);
    }
  }
}

// Pieces that end within a page, on its edge, and across the attention's chunk of 512.
void check_pieces(const TinyModel& shape, KvType type) {
  const TempFile file(tiny_model(shape).bytes());
  const gguf::Reader reader(file.path());
  const Transformer model(reader);
  constexpr int kTokens = 560;
  const std::vector<int32_t> tokens = tokens_of(0, 0, kTokens, model.config().n_vocab);
  for (const std::string& isa : available_isas()) {
    CAPTURE(isa);
    auto logits = [&](const std::vector<int>& pieces) {
      Runner run(model, isa, type, 2);
      run.shuffle_pages(12);
      KvSequence kv(run.cache);
      Rows rows;
      int position = 0;
      for (int n : pieces) {
        kv.reserve(position, position + n);
        Batch batch;
        batch.add({&kv, position, n, Role::prompt}, tokens.data() + position);
        const Rows more = run.forward(batch);
        rows.insert(rows.end(), more.begin(), more.end());
        position += n;
      }
      REQUIRE(position == kTokens);
      return rows;
    };
    const Rows whole = logits({kTokens});
    CHECK(first_difference(logits({1, 62, 1, 1, 200, 240, 13, 42}), whole) == -1);
  }
}

TEST_CASE("a prompt in pieces") {
  check_pieces({.format = "Q8_0", .n_layer = 1}, KvType::f16);
  check_pieces({.format = "Q8_0", .n_layer = 1, .head_dim = 32}, KvType::q4_0);
  check_pieces({.format = "F32", .n_layer = 1, .n_head = 6, .n_head_kv = 2, .head_dim = 20},
               KvType::f32);
}

TEST_CASE("the rows whose logits are asked change none of them") {
  const TempFile file(tiny_model({.format = "Q4_0"}).bytes());
  const gguf::Reader reader(file.path());
  const Transformer model(reader);
  Runner run(model, "", KvType::f16, 2);
  KvSequence a(run.cache), b(run.cache);
  a.reserve(0, 20);
  b.reserve(0, 20);
  const auto n_vocab = static_cast<size_t>(model.config().n_vocab);
  Batch batch;
  batch.add({&a, 0, 9, Role::prompt}, tokens_of(0, 0, 9, 270).data());
  batch.add({&b, 0, 3, Role::generated}, tokens_of(1, 0, 3, 270).data());
  const Rows all = run.forward(batch);
  batch.logit_rows = {2, 8, 10};
  const Rows some = run.forward(batch, false);
  REQUIRE(some.size() == 3 * n_vocab);
  for (size_t i = 0; i < 3; ++i) {
    const auto row = static_cast<size_t>(batch.logit_rows[i]);
    CHECK(std::equal(some.begin() + static_cast<std::ptrdiff_t>(i * n_vocab),
                     some.begin() + static_cast<std::ptrdiff_t>((i + 1) * n_vocab),
                     all.begin() + static_cast<std::ptrdiff_t>(row * n_vocab)));
  }
}

}  // namespace q3l
