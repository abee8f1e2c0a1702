// Token ids and log-probabilities as Python has them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "sampler/sampler.h"

namespace q3l {

// Whether an id is in the vocabulary is the engine's to say, but it must fit its type.
inline int32_t token_id(int64_t id) {
  if (id != static_cast<int32_t>(id)) {
    throw InvalidArgumentError("token id " + std::to_string(id) + " is not in any vocabulary");
  }
  return static_cast<int32_t>(id);
}

inline std::vector<int32_t> token_ids(const std::vector<int64_t>& ids) {
  std::vector<int32_t> narrow;
  narrow.reserve(ids.size());
  for (int64_t id : ids) narrow.push_back(token_id(id));
  return narrow;
}

// [(id, logprob), ...]
inline pybind11::list id_logprob_pairs(std::span<const TokenLogprob> tokens) {
  pybind11::list out;
  for (const TokenLogprob& t : tokens) out.append(pybind11::make_tuple(t.id, t.logprob));
  return out;
}

}  // namespace q3l
