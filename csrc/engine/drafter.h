// Guesses a sequence's next tokens: what followed the last few where they came before. Texts that
// quote or edit what is in their context repeat it for long; others are seldom guessed at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace q3l {

class Drafter {
 public:
  // For sequences of at most n_most tokens, with 8 to 16 bytes for each; of 0 nothing is guessed.
  explicit Drafter(int n_most);

  // At most `most` of the tokens that followed the last kGram of `tokens` where these stood last
  // before; perhaps none. REQUIRES: the tokens of earlier calls, and more behind them.
  std::span<const int32_t> guess(std::span<const int32_t> tokens, int most);

  // Whether kLong tokens before the last guesses agree: then the text is being repeated, and goes
  // on so more often than where just kGram do.
  bool is_repeating() const { return is_repeating_; }

  void clear();  // other tokens come next

  static constexpr int kGram = 3, kLong = 8;

 private:
  // The slot that has the tokens before `end`, or is free for them.
  int32_t& slot_of(std::span<const int32_t> tokens, int end);

  int n_known_ = kGram;         // tokens before which those of others end
  std::vector<int32_t> slots_;  // where the last tokens with a slot's hash end; 0: free
  bool is_repeating_ = false;
};

}  // namespace q3l
