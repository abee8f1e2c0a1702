// What a request lets its tokens be: a grammar, a schema, a list of choices. The scheduler's thread
// calls it, restrict() and accept() in turn, once for each token that is chosen, and everybody's
// next step waits for it.
#pragma once

#include <cstdint>
#include <span>

namespace q3l {

class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;
  // Sets the bits of the tokens that may come next, bit i % 32 of mask[i / 32] for token i, all of
  // which are clear, or returns false: any may. `logits` [n_vocab] are the model's own. Throwing
  // ends the request.
  virtual bool restrict(std::span<const float> logits, std::span<uint32_t> mask) = 0;
  // Learns which token was chosen, also when it ends the text; false ends the text after it.
  virtual bool accept(int32_t token) = 0;
};

}  // namespace q3l
