#include "base/error.h"
#include "bindings/bind.h"
#include "bindings/python_constraint.h"

namespace py = pybind11;

namespace q3l {

namespace {

void raise(const char* type, const std::exception& error) {
  py::set_error(py::module_::import("qwen3lite.errors").attr(type), error.what());
}

}  // namespace

void bind_errors(py::module_&) {
  py::register_exception_translator([](std::exception_ptr pending) {
    try {
      if (pending) std::rethrow_exception(pending);
    } catch (const TokenMaskError& e) {
      PyErr_SetObject(py::type::of(e.exception->get()).ptr(), e.exception->get().ptr());
    } catch (const FileError& e) {
      raise("FileError", e);
    } catch (const ModelFormatError& e) {
      raise("ModelFormatError", e);
    } catch (const UnsupportedModelError& e) {
      raise("UnsupportedModelError", e);
    } catch (const ContextOverflowError& e) {
      raise("ContextOverflowError", e);
    } catch (const OverloadedError& e) {
      raise("OverloadedError", e);
    } catch (const InvalidArgumentError& e) {
      raise("InvalidArgumentError", e);
    } catch (const Error& e) {
      raise("Qwen3LiteError", e);
    }
  });
}

}  // namespace q3l
