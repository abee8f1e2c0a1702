#include "tokenizer/pretokenize.h"

#include "tokenizer/unicode.h"

namespace q3l {

namespace {

constexpr uint32_t kWord = kLetter | kNumber | kSpace;  // what punctuation is not

// First character at or after p that has one of the bits, or none of them.
const char* skip_while(const char* p, const char* end, uint32_t bits) {
  for (ClassedChar c; p < end; p += c.length) {
    c = classify(p);
    if (!(c.bits & bits)) break;
  }
  return p;
}

const char* skip_until(const char* p, const char* end, uint32_t bits) {
  for (ClassedChar c; p < end; p += c.length) {
    c = classify(p);
    if (c.bits & bits) break;
  }
  return p;
}

uint32_t bits_at(const char* p, const char* end) {
  return p < end ? classify(p).bits : 0;
}

// 's 't 're 've 'm 'll 'd at p, which is an apostrophe: their end, or nullptr.
template <bool kIgnoreCase>
const char* contraction_end(const char* p, const char* end) {
  auto letter = [&](int i) -> char {
    if (end - p <= i) return 0;
    const char c = p[i];
    return kIgnoreCase && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  switch (letter(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return p + 2;
    case 'r':
    case 'v':
      return letter(2) == 'e' ? p + 3 : nullptr;
    case 'l':
      return letter(2) == 'l' ? p + 3 : nullptr;
    default:
      break;
  }
  // U+017F, the long s, folds to s: the only character outside ASCII that folds to one of these.
  if (kIgnoreCase && letter(1) == '\xc5' && letter(2) == '\xbf') return p + 3;
  return nullptr;
}

struct SpaceRun {
  const char* end;
  const char* last;           // its last character
  const char* after_newline;  // end of its last \r or \n; nullptr without one
};

SpaceRun space_run(const char* p, const char* end) {
  SpaceRun run{p, p, nullptr};
  while (run.end < end) {
    const ClassedChar c = classify(run.end);
    if (!(c.bits & kSpace)) break;
    run.last = run.end;
    run.end += c.length;
    if (c.bits & kNewline) run.after_newline = run.end;
  }
  return run;
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,kMaxDigits}|
//  ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
template <int kMaxDigits>
const char* qwen2_word_end(const char* p, const char* end) {
  if (*p == '\'') {
    if (const char* after = contraction_end<true>(p, end)) return after;
  }
  const ClassedChar c = classify(p);
  const char* next = p + c.length;
  if (c.bits & kLetter) return skip_while(next, end, kLetter);
  if (c.bits & kNumber) {
    for (int n = 1; n < kMaxDigits && (bits_at(next, end) & kNumber); ++n) {
      next += classify(next).length;
    }
    return next;
  }
  const uint32_t next_bits = bits_at(next, end);
  if ((next_bits & kLetter) && !(c.bits & kNewline)) return skip_while(next, end, kLetter);
  if (!(c.bits & kSpace) || (*p == ' ' && next < end && !(next_bits & kWord))) {
    return skip_while(skip_until(next, end, kWord), end, kNewline);
  }
  const SpaceRun run = space_run(p, end);
  if (run.after_newline != nullptr) return run.after_newline;
  return run.end == end || run.last == p ? run.end : run.last;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// With kDigitsApart, on the stretches between digits, each of which is a word of its own.
template <bool kDigitsApart>
const char* gpt2_word_end(const char* p, const char* end) {
  constexpr uint32_t kStop = kDigitsApart ? kNumeric : 0;
  if (*p == '\'') {
    if (const char* after = contraction_end<false>(p, end)) return after;
  }
  ClassedChar c = classify(p);
  const char* next = p + c.length;
  if (c.bits & kStop) return next;
  if (*p == ' ' && next < end && !(classify(next).bits & (kSpace | kStop))) {
    c = classify(next);
    next += c.length;
  }
  if (c.bits & kLetter) return skip_while(next, end, kLetter);
  if (c.bits & kNumber) return skip_while(next, end, kNumber);
  if (!(c.bits & kSpace)) return skip_until(next, end, kWord | kStop);
  const SpaceRun run = space_run(p, end);
  const bool at_end = run.end == end || (classify(run.end).bits & kStop);
  return at_end || run.last == p ? run.end : run.last;
}

// The names under which llama.cpp's converter files each split; those of one split differ in
// nothing.
constexpr PreTokenizer kPreTokenizers[] = {
    {"qwen2", qwen2_word_end<1>, true, false, false},
    {"deepseek-r1-qwen", qwen2_word_end<1>, true, false, false},
    {"llama-bpe", qwen2_word_end<3>, false, true, true},
    {"llama3", qwen2_word_end<3>, false, true, true},
    {"llama-v3", qwen2_word_end<3>, false, true, true},
    {"gpt-2", gpt2_word_end<false>, false, false, false},
    {"smollm", gpt2_word_end<true>, false, false, false},
};

}  // namespace

const PreTokenizer* find_pre_tokenizer(std::string_view name) {
  for (const PreTokenizer& pre : kPreTokenizers) {
    if (pre.name == name) return &pre;
  }
  return nullptr;
}

std::string known_pre_tokenizers() {
  std::string names;
  for (const PreTokenizer& pre : kPreTokenizers) {
    if (!names.empty()) names += ", ";
    names += pre.name;
  }
  return names;
}

}  // namespace q3l
