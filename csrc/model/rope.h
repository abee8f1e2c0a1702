// Rotary position embedding: position p turns pair i of a head's dimensions by p * frequencies[i]
// and, where the model asks for it, lengthens it.
#pragma once

#include <vector>

#include "model/config.h"
#include "model/tensor_source.h"

namespace q3l {

struct Rope {
  std::vector<float> frequencies;  // [n_rot / 2], radians a position
  float magnitude;                 // factor of the rotated values
};

// Applies the scaling that the file asks for: linear, YaRN (Peng et al. 2023, arXiv 2309.00071), or
// divisors of the frequencies, as which Llama 3's is stored.
Rope make_rope(const RopeConfig& config, TensorSource& tensors);

}  // namespace q3l
