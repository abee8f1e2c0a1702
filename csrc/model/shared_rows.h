// The generated rows of a batch in an order in which those that share pages are neighbours, and cut
// into stretches that attention takes at once: a page is read once for all rows of a stretch.
#pragma once

#include <span>
#include <vector>

#include "kernels/kernel_set.h"
#include "model/batch.h"

namespace q3l {

class SharedRows {
 public:
  // Takes the batch's generated rows, at most max_rows a stretch.
  void set(const Batch& batch, int max_rows);
  int n_rows() const { return static_cast<int>(rows_.size()); }
  int most_seen() const;  // positions, by any of them
  int n_stretches() const { return static_cast<int>(begins_.size()) - 1; }
  // Rows are counted from the first generated one.
  const AttendRow& row(int i) const { return rows_[static_cast<size_t>(i)]; }
  std::span<const AttendRow> stretch(int i) const {
    const auto n = static_cast<size_t>(i);
    return std::span(rows_).subspan(begins_[n], begins_[n + 1] - begins_[n]);
  }

 private:
  std::vector<AttendRow> rows_;
  std::vector<size_t> begins_{0};  // of stretches, and the end
};

}  // namespace q3l
