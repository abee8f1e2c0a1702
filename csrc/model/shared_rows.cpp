#include "model/shared_rows.h"

#include <algorithm>
#include <compare>

namespace q3l {

namespace {

std::span<const uint8_t* const> pages_of(const AttendRow& row) {
  return {row.pages, static_cast<size_t>(pages_for(row.n_positions))};
}

// By pages, then by what is seen of the last.
bool comes_before(const AttendRow& a, const AttendRow& b) {
  const auto first = pages_of(a), second = pages_of(b);
  const auto order = std::lexicographical_compare_three_way(
      first.begin(), first.end(), second.begin(), second.end(), std::compare_three_way());
  return order == 0 ? a.n_positions < b.n_positions : order < 0;
}

}  // namespace

void SharedRows::set(const Batch& batch, int max_rows) {
  rows_.clear();
  for (const Run& run : batch.runs) {
    if (run.role == Role::prompt) continue;
    for (int i = 0; i < run.n_rows; ++i) {
      rows_.push_back({n_rows(), run.position + i + 1, run.sequence->pages()});
    }
  }
  std::sort(rows_.begin(), rows_.end(), comes_before);
  begins_.assign(1, 0);
  for (size_t i = 1; i <= rows_.size(); ++i) {
    const bool is_full = i - begins_.back() == static_cast<size_t>(max_rows);
    if (i == rows_.size() || is_full || rows_[i].pages[0] != rows_[i - 1].pages[0]) {
      begins_.push_back(i);
    }
  }
}

int SharedRows::most_seen() const {
  int most = 0;
  for (const AttendRow& row : rows_) most = std::max(most, row.n_positions);
  return most;
}

}  // namespace q3l
