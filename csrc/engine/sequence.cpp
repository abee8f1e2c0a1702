#include "engine/sequence.h"

namespace q3l {

Segment Sequence::next() const {
  for (const Segment& segment : segments) {
    if (n_computed < segment.end) return segment;
  }
  return {static_cast<int>(tokens.size()), Role::generated};
}

}  // namespace q3l
