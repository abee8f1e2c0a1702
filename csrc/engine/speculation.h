// How many guessed tokens are worth computing. Those that come true save a step each; the others
// make a step longer for nothing. Timing decides how fast tokens come, never which.
#pragma once

namespace q3l {

// How likely a sequence's guesses are right, one after the other.
class GuessRecord {
 public:
  // Of some guesses, n_right came true before one did not, if any did not.
  void add(int n_right, bool ended_wrong);
  double rate() const { return n_right_ / n_seen_; }

 private:
  double n_right_ = 2, n_seen_ = 3;  // older ones count less
};

// Seconds of a step by its generated rows: a line through steps measured, older ones count less.
class StepTime {
 public:
  void add(int n_rows, double seconds);
  double of(int n_rows) const;

 private:
  double weight_ = 0, rows_ = 0, seconds_ = 0, rows_rows_ = 0, rows_seconds_ = 0;  // sums
};

// The number of guesses, of `n` whose rate is given and which take so many seconds each, with which
// a step of n_rows others is expected to bring the most tokens a second.
int worthwhile_guesses(int n, double rate, int n_rows, const StepTime& time, double seconds = 0);

}  // namespace q3l
