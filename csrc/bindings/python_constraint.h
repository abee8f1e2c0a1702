// A request's token_mask: a Python object with the methods fill_bitmask and accept_token.
#pragma once

#include <memory>
#include <optional>

#include "bindings/arrays.h"
#include "bindings/python_turn.h"
#include "engine/token_constraint.h"

namespace q3l {

// An exception of a token_mask, on its way to whoever waits for the text.
struct TokenMaskError {
  std::shared_ptr<PythonRef> exception;
};

class PythonConstraint : public TokenConstraint {
 public:
  explicit PythonConstraint(const pybind11::object& token_mask);

  bool restrict(std::span<const float> logits, std::span<uint32_t> mask) override;
  bool accept(int32_t token) override;

 private:
  PythonRef fill_bitmask_, accept_token_;
  std::optional<PythonRef> words_;  // what Python fills, from the first time on
};

}  // namespace q3l
