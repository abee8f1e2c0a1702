// What a model's feed-forward networks are given for a text: the statistics that a router is made
// of without training.
#pragma once

#include "engine/engine.h"

namespace q3l {

// Of all tokens' normed inputs, sums of values and of their squares. [n_layer, n_embd]
struct FeedForwardInputs {
  std::vector<double> sums, squares;
};

// Throws as Executor::open does.
FeedForwardInputs feed_forward_inputs(Engine& engine, std::vector<int32_t> tokens);

}  // namespace q3l
