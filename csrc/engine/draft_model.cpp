#include "engine/draft_model.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/error.h"
#include "engine/vocabulary.h"

namespace q3l {

namespace {

constexpr double kSure = 0.6;   // probability of a guess that is worth being computed
constexpr double kKept = 0.8;   // of what older measurements count
constexpr int kFewTokens = 64;  // more at once are read as a prompt
constexpr size_t kUsual = 2;    // tokens of a step, where what came was guessed or nearly so

// Models of one family pad their vocabularies to different lengths.
const gguf::Reader& checked(const gguf::Reader& draft, const gguf::Reader& file) {
  const Vocabulary ours = read_vocabulary(draft), theirs = read_vocabulary(file);
  const size_t n = std::min(ours.tokens.size(), theirs.tokens.size());
  constexpr size_t kMostPadding = 1024;
  const bool is_same =
      std::equal(ours.tokens.begin(), ours.tokens.begin() + static_cast<std::ptrdiff_t>(n),
                 theirs.tokens.begin()) &&
      std::max(ours.tokens.size(), theirs.tokens.size()) - n <= kMostPadding;
  if (!is_same) {
    throw InvalidArgumentError(draft.path() + " has another vocabulary than " + file.path() +
                               "; take a draft model of the same family");
  }
  return draft;
}

// Its heads need not suit a quantised cache, and its cache is small.
EngineOptions with_halves(EngineOptions options) {
  options.kv_type = KvType::f16;
  return options;
}

}  // namespace

DraftModel::DraftModel(const std::string& path, const gguf::Reader& file,
                       const EngineOptions& options)
    : file_(path),
      model_(checked(file_, file)),
      executor_(model_, with_halves(options), 0),
      logits_(static_cast<size_t>(executor_.n_vocab())),
      weights_(logits_.size()) {}

void DraftModel::learn(double seconds) {
  seconds_ = seconds_ == 0 ? seconds : kKept * seconds_ + (1 - kKept) * seconds;
}

ModelDrafter::ModelDrafter(DraftModel& model)
    : model_(model), sequence_{KvSequence(model.executor().cache()), {}, {}} {}

// Keeps what is computed of the tokens, and takes over the others.
void ModelDrafter::follow(std::span<const int32_t> tokens) {
  Sequence& s = sequence_;
  const auto differ = std::ranges::mismatch(s.tokens, tokens);
  // The last one's logits are wanted.
  const auto n_common = std::min<std::ptrdiff_t>(differ.in1 - s.tokens.begin(),
                                                 static_cast<std::ptrdiff_t>(tokens.size()) - 1);
  s.n_computed = std::min(s.n_computed, static_cast<int>(n_common));
  s.kv.truncate(s.n_computed);
  s.tokens.assign(tokens.begin(), tokens.end());
  const int n = static_cast<int>(tokens.size());
  s.segments = {{n - s.n_computed > kFewTokens ? n : s.n_computed, Role::prompt}};
  model_.executor().make_fit(s, n);
}

int32_t ModelDrafter::likeliest(double* probability) const {
  const std::vector<float>& logits = model_.logits_;
  const auto best = std::ranges::max_element(logits);
  const int n = static_cast<int>(logits.size());
  kernels().ops.exp_below(model_.weights_.data(), logits.data(), *best, 1, n);
  *probability = 1 / std::accumulate(model_.weights_.begin(), model_.weights_.end(), 0.0);
  return static_cast<int32_t>(best - logits.begin());
}

std::span<const int32_t> ModelDrafter::guess(std::span<const int32_t> tokens, int most) {
  // It may lack what pads the other's vocabulary.
  const int n_vocab = model_.executor().n_vocab();
  if (std::ranges::any_of(tokens, [=](int32_t id) { return id >= n_vocab; })) return {};
  follow(tokens);
  Sequence& s = sequence_;
  const size_t n = tokens.size();
  for (int i = 0; i < most; ++i) {
    const auto n_new = s.tokens.size() - static_cast<size_t>(s.n_computed);
    const auto start = std::chrono::steady_clock::now();
    while (!model_.executor().step(s, model_.logits_.data())) {
    }
    double probability = 0;
    const int32_t token = likeliest(&probability);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (n_new <= kUsual) model_.learn(elapsed.count());
    if (probability < kSure) break;
    s.tokens.push_back(token);
  }
  return std::span(s.tokens).subspan(n);
}

}  // namespace q3l
