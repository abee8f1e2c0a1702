#include "bindings/python_constraint.h"

#include <algorithm>

#include "base/error.h"

namespace py = pybind11;

namespace q3l {

namespace {

// What a method answers, None being yes.
bool is_yes(const py::object& answer) {
  const int truth = answer.is_none() ? 1 : PyObject_IsTrue(answer.ptr());
  if (truth < 0) throw py::error_already_set();
  return truth == 1;
}

// Calls Python from a thread that does not hold the GIL.
template <class Body>
bool in_python(Body&& body) {
  const PythonTurn turn;
  if (!turn) throw Error("the program is ending");
  try {
    return body();
  } catch (const py::error_already_set& e) {
    if (e.trace()) PyException_SetTraceback(e.value().ptr(), e.trace().ptr());
    throw TokenMaskError{std::make_shared<PythonRef>(e.value())};
  }
}

}  // namespace

PythonConstraint::PythonConstraint(const py::object& token_mask)
    : fill_bitmask_(token_mask.attr("fill_bitmask")),
      accept_token_(token_mask.attr("accept_token")) {}

bool PythonConstraint::restrict(std::span<const float>, std::span<uint32_t> mask) {
  return in_python([&] {
    if (!words_) words_.emplace(WordArray(mask.size()));
    auto words = py::reinterpret_borrow<WordArray>(words_->get());
    std::fill_n(words.mutable_data(), mask.size(), 0u);
    const bool is_restricted = is_yes(fill_bitmask_.get()(words));
    std::copy_n(words.data(), mask.size(), mask.begin());
    return is_restricted;
  });
}

bool PythonConstraint::accept(int32_t token) {
  return in_python([&] { return is_yes(accept_token_.get()(token)); });
}

}  // namespace q3l
