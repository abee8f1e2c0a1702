#include "engine/speculation.h"

#include <algorithm>

namespace q3l {

namespace {

constexpr double kKept = 0.9;     // of what an older observation counts
constexpr double kPerRow = 0.25;  // of a step with one row, until others were measured
constexpr double kGain = 1.02;    // less is not worth a measurement's error

}  // namespace

void GuessRecord::add(int n_right, bool ended_wrong) {
  n_right_ = kKept * n_right_ + n_right;
  n_seen_ = kKept * n_seen_ + n_right + (ended_wrong ? 1 : 0);
}

void StepTime::add(int n_rows, double seconds) {
  for (double* sum : {&weight_, &rows_, &seconds_, &rows_rows_, &rows_seconds_}) *sum *= kKept;
  weight_ += 1;
  rows_ += n_rows;
  seconds_ += seconds;
  rows_rows_ += static_cast<double>(n_rows) * n_rows;
  rows_seconds_ += n_rows * seconds;
}

double StepTime::of(int n_rows) const {
  if (weight_ == 0) return 1 + kPerRow * (n_rows - 1);
  const double mean_rows = rows_ / weight_, mean_seconds = seconds_ / weight_;
  // The line is drawn to where a row costs kPerRow, as if one more step had been measured there.
  const double guess = kPerRow * mean_seconds / (1 + kPerRow * (mean_rows - 1));
  constexpr double kPrior = 1;
  const double spread = rows_rows_ / weight_ - mean_rows * mean_rows;
  const double common = rows_seconds_ / weight_ - mean_rows * mean_seconds;
  const double per_row =
      std::max(0.0, (common * weight_ + kPrior * guess) / (spread * weight_ + kPrior));
  return std::max(mean_seconds + per_row * (n_rows - mean_rows), mean_seconds / 16);
}

int worthwhile_guesses(int n, double rate, int n_rows, const StepTime& time, double seconds) {
  int best = 0;
  double tokens = n_rows, right = 1, best_speed = kGain * tokens / time.of(n_rows);
  for (int k = 1; k <= n; ++k) {
    right *= rate;
    tokens += right;
    const double speed = tokens / (time.of(n_rows + k) + k * seconds);
    if (speed <= best_speed) continue;
    best = k;
    best_speed = speed;
  }
  return best;
}

}  // namespace q3l
