// Rotary position embedding: position p turns pair i of a head's dimensions by p * frequencies[i]
// and, where the model asks for it, lengthens it. A sequence longer than those that the model was
// trained on is stretched, by YaRN.
#pragma once

#include <array>
#include <vector>

#include "model/config.h"
#include "model/tensor_source.h"

namespace q3l {

struct Rope {
  std::vector<float> frequencies;  // [n_rot / 2], radians a position
  float magnitude;                 // factor of the rotated values
};

// Factors by which sequences are stretched; Qwen3 was tried to the last.
inline constexpr std::array kStretches = {1, 2, 4};

// The least of kStretches with which a sequence of so many positions is as the model was trained;
// the last for longer ones, and 1 where the file asks for a scaling itself, which holds for all.
int stretch_for(const Config& config, int n_positions);
// Positions of a sequence that is stretched so.
int most_positions(const Config& config, int stretch);

// By kStretches.
using Ropes = std::array<Rope, kStretches.size()>;
const Rope& rope_of(const Ropes& ropes, int stretch);

// Applies the scaling that the file asks for: linear, YaRN (Peng et al. 2023, arXiv 2309.00071), or
// divisors of the frequencies, as which Llama 3's is stored.
Ropes make_ropes(const RopeConfig& config, TensorSource& tensors);

}  // namespace q3l
