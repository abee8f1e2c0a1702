#include "tokenizer/nfc.h"

#include <algorithm>
#include <vector>

#include "tokenizer/unicode.h"

namespace q3l {

namespace {

// Hangul syllables are composed by arithmetic (Unicode 16.0, section 3.12).
constexpr uint32_t kSyllables = 0xac00, kLeads = 0x1100, kVowels = 0x1161, kTrails = 0x11a7;
constexpr uint32_t kLeadCount = 19, kVowelCount = 21, kTrailCount = 28;
constexpr uint32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;

uint8_t combining_order(uint32_t code) {
  const uint32_t block = code >> kBlockShift;
  if (block >= kOrderIndexSize) return 0;
  return kOrderBlocks[kOrderIndex[block] << kBlockShift | (code & ((1u << kBlockShift) - 1))];
}

// What first and second compose to, or 0.
uint32_t compose(uint32_t first, uint32_t second) {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTrailCount;
  }
  const uint32_t syllable = first - kSyllables, trail = second - kTrails;
  if (syllable < kSyllableCount && syllable % kTrailCount == 0 && trail - 1 < kTrailCount - 1) {
    return first + trail;
  }
  const uint64_t pair = uint64_t{first} << 32 | second;
  const uint64_t* end = kComposablePairs + kCompositions;
  const uint64_t* it = std::lower_bound(kComposablePairs, end, pair);
  return it != end && *it == pair ? kComposedChars[it - kComposablePairs] : 0;
}

// Normalises a stretch of text that does not interact with what surrounds it.
class Stretch {
 public:
  void append_nfc(std::string_view text, std::string& out) {
    chars_.clear();
    for (const char *p = text.data(), *end = p + text.size(); p < end;) {
      const Char c = decode_char(p);
      decompose(c.code);
      p += c.length;
    }
    sort_marks();
    compose_in_place();
    for (const Mark& c : chars_) append_char(out, c.code);
  }

 private:
  struct Mark {
    uint32_t code;
    uint8_t order;
  };

  void push(uint32_t code) { chars_.push_back({code, combining_order(code)}); }

  void decompose(uint32_t code) {
    const uint32_t syllable = code - kSyllables;
    if (syllable < kSyllableCount) {
      push(kLeads + syllable / (kVowelCount * kTrailCount));
      push(kVowels + syllable / kTrailCount % kVowelCount);
      if (syllable % kTrailCount != 0) push(kTrails + syllable % kTrailCount);
      return;
    }
    const uint32_t* end = kDecomposable + kDecompositions;
    const uint32_t* it = std::lower_bound(kDecomposable, end, code);
    if (it == end || *it != code) return push(code);
    const uint16_t* start = kDecompositionStarts + (it - kDecomposable);
    for (uint16_t i = start[0]; i < start[1]; ++i) push(kDecompositionPool[i]);
  }

  void sort_marks() {
    auto is_mark = [](const Mark& c) { return c.order != 0; };
    for (auto it = chars_.begin(); it != chars_.end();) {
      const auto first = std::find_if(it, chars_.end(), is_mark);
      it = std::find_if_not(first, chars_.end(), is_mark);
      std::stable_sort(first, it, [](const Mark& a, const Mark& b) { return a.order < b.order; });
    }
  }

  void compose_in_place() {
    constexpr size_t kNone = SIZE_MAX;
    size_t starter = kNone, n = 0;
    for (const Mark c : chars_) {
      if (starter != kNone) {
        // A mark is blocked from the starter by one of its own class between them, a starter by
        // any character between them.
        const bool blocked = n - 1 > starter && chars_[n - 1].order >= c.order;
        const uint32_t made = blocked ? 0 : compose(chars_[starter].code, c.code);
        if (made != 0) {
          chars_[starter].code = made;
          continue;
        }
      }
      if (c.order == 0) starter = n;
      chars_[n++] = c;
    }
    chars_.resize(n);
  }

  std::vector<Mark> chars_;
};

}  // namespace

std::string_view to_nfc(std::string_view text, std::string& storage) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* copied = p;    // text before it is in storage already
  const char* boundary = p;  // last character that nothing after it changes what is before it
  uint8_t last_order = 0;
  Stretch stretch;
  storage.clear();

  auto is_boundary = [](uint8_t bits) { return (bits & (kMark | kNfcUnstable)) == 0; };
  while (p < end) {
    if (const size_t ascii = ascii_prefix(p, end); ascii > 0) {
      p += ascii;
      boundary = p - 1;
      last_order = 0;
      continue;
    }
    const Char c = decode_char(p);
    const uint8_t bits = char_class(c.code);
    if (is_boundary(bits)) {
      boundary = p;
      last_order = 0;
      p += c.length;
      continue;
    }
    const uint8_t order = combining_order(c.code);
    if (!(bits & kNfcUnstable) && order >= last_order) {
      last_order = order;
      p += c.length;
      continue;
    }
    p += c.length;
    while (p < end && !is_boundary(classify(p).bits)) p += classify(p).length;
    storage.append(copied, boundary);
    stretch.append_nfc({boundary, p}, storage);
    copied = boundary = p;
    last_order = 0;
  }
  if (copied == text.data()) return text;
  storage.append(copied, end);
  return storage;
}

}  // namespace q3l
