#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/utf8.h"
#include "tokenizer/bpe.h"
#include "tokenizer/merge_table.h"
#include "tokenizer/nfc.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/special_tokens.h"
#include "tokenizer/token_table.h"

namespace q3l {

namespace {

// Ends of a turn or a text that a model may write although its file names another token as EOS.
constexpr std::array<std::string_view, 5> kEndTexts = {"<|endoftext|>", "<|im_end|>", "<|eot_id|>",
                                                       "<|end_of_text|>", "<|end|>"};

// Repaired or normalised it may triple, and positions in it are still 32-bit numbers.
constexpr size_t kMaxTextBytes = size_t{1} << 29;

const PreTokenizer& require_pre_tokenizer(const Vocabulary& v) {
  if (v.model != "gpt2") {
    throw UnsupportedModelError(v.file + ": tokenizer.ggml.model is " + quoted(v.model) +
                                "; this build knows byte-level BPE only, which files call 'gpt2'");
  }
  if (const PreTokenizer* pre = find_pre_tokenizer(v.pre)) return *pre;
  throw UnsupportedModelError(v.file + ": tokenizer.ggml.pre is " +
                              (v.pre.empty() ? "missing" : quoted(v.pre)) + "; this build knows " +
                              known_pre_tokenizers());
}

[[noreturn]] void fail(const Vocabulary& v, const std::string& what) {
  throw ModelFormatError(v.file + ": " + what + "; convert the model again");
}

void check_token(const Vocabulary& v, const char* key, std::optional<int32_t> id) {
  if (!id || (*id >= 0 && static_cast<size_t>(*id) < v.tokens.size())) return;
  fail(v, std::string(key) + " is " + std::to_string(*id) + ", but there are " +
              std::to_string(v.tokens.size()) + " tokens");
}

const Vocabulary& checked(const Vocabulary& v) {
  const size_t n = v.tokens.size();
  if (n == 0) fail(v, "tokenizer.ggml.tokens is missing or empty");
  if (n >= size_t{1} << kTokenIdBits) fail(v, "tokenizer.ggml.tokens is longer than 2,097,151");
  if (v.merges.empty()) fail(v, "tokenizer.ggml.merges is missing or empty");
  if (v.merges.size() > MergeTable::kMaxMerges) {
    fail(v, "tokenizer.ggml.merges is longer than 4,194,303");
  }
  if (!v.kinds.empty() && v.kinds.size() != n) {
    fail(v, "tokenizer.ggml.token_type has " + std::to_string(v.kinds.size()) + " entries for " +
                std::to_string(n) + " tokens");
  }
  for (TokenKind kind : v.kinds) {
    if (kind < TokenKind::normal || kind > TokenKind::byte) {
      fail(v, "tokenizer.ggml.token_type holds " + std::to_string(static_cast<int32_t>(kind)) +
                  ", which is no kind of token");
    }
  }
  size_t text_bytes = 0;
  for (std::string_view token : v.tokens) text_bytes += token.size();
  if (text_bytes > UINT32_MAX) fail(v, "tokenizer.ggml.tokens holds more than 4 GiB of text");
  check_token(v, "tokenizer.ggml.bos_token_id", v.bos);
  check_token(v, "tokenizer.ggml.eos_token_id", v.eos);
  check_token(v, "tokenizer.ggml.eot_token_id", v.eot);
  return v;
}

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(const Vocabulary& v)
      : pre(require_pre_tokenizer(v)),
        tokens(checked(v).tokens, v.kinds),
        merges(v.merges, tokens, v.file),
        bpe(tokens, merges, pre.ignore_merges),
        specials(tokens),
        bos(v.bos),
        add_bos(v.add_bos.value_or(pre.add_bos)) {
    if (!pre.ignore_merges) tokens.drop_index();
    if (v.eos) ends.push_back(*v.eos);
    if (v.eot) ends.push_back(*v.eot);
    for (std::string_view text : kEndTexts) {
      const auto id = specials.find(text);
      if (id && tokens.kind(*id) == TokenKind::control) ends.push_back(*id);
    }
  }

  // Text without special tokens.
  void encode_text(std::string_view text, BpeScratch& scratch, std::vector<int32_t>& ids) const {
    std::string normalized;
    if (pre.nfc) text = to_nfc(text, normalized);
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p < end;) {
      const char* word_end = pre.word_end(p, end);
      bpe.encode({p, word_end}, scratch, ids);
      p = word_end;
    }
  }

  const PreTokenizer& pre;
  TokenTable tokens;
  MergeTable merges;
  Bpe bpe;
  SpecialTokens specials;
  std::optional<int32_t> bos;
  bool add_bos;
  std::vector<int32_t> ends;
};

Tokenizer::Tokenizer(const Vocabulary& vocabulary)
    : impl_(std::make_unique<const Impl>(vocabulary)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

int32_t Tokenizer::n_vocab() const {
  return impl_->tokens.size();
}

std::vector<int32_t> Tokenizer::encode(std::string_view text, bool parse_special) const {
  if (text.size() > kMaxTextBytes) {
    throw InvalidArgumentError("a text of " + std::to_string(text.size()) +
                               " bytes is too long to encode at once; pass at most 512 MiB");
  }
  std::string repaired;
  text = to_valid_utf8(text, repaired);
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 3 + 1);
  BpeScratch scratch(text.size());
  size_t from = 0;
  while (parse_special) {
    const auto match = impl_->specials.find_first(text, from);
    if (!match) break;
    impl_->encode_text(text.substr(from, match->position - from), scratch, ids);
    ids.push_back(match->id);
    from = match->position + match->length;
  }
  impl_->encode_text(text.substr(from), scratch, ids);
  return ids;
}

std::string_view Tokenizer::piece(int32_t id) const {
  return id < n_vocab() ? impl_->tokens.bytes(id) : std::string_view();
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  for (int32_t id : ids) text += piece(id);
  return text;
}

const std::vector<int32_t>& Tokenizer::specials() const {
  return impl_->specials.ids();
}

std::optional<int32_t> Tokenizer::find(std::string_view text) const {
  return impl_->specials.find(text);
}

bool Tokenizer::is_control(int32_t id) const {
  return impl_->tokens.kind(id) == TokenKind::control;
}

bool Tokenizer::is_end(int32_t id) const {
  return std::find(impl_->ends.begin(), impl_->ends.end(), id) != impl_->ends.end();
}

std::optional<int32_t> Tokenizer::bos() const {
  return impl_->bos;
}
bool Tokenizer::add_bos() const {
  return impl_->add_bos;
}

}  // namespace q3l
