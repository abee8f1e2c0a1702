// What functions of q3l.h do where C begins: exceptions become a status and this thread's message,
// arguments are checked.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "capi/q3l.h"

namespace q3l::capi {

// Status of the exception being handled, whose message it keeps.
q3l_status keep_error() noexcept;
const char* last_error() noexcept;

template <class F>
q3l_status guarded(F&& f) noexcept {
  try {
    std::forward<F>(f)();
    return Q3L_OK;
  } catch (...) {
    return keep_error();
  }
}

template <class T>
void require(const T* pointer, const char* name) {
  if (!pointer) throw InvalidArgumentError(std::string(name) + " must not be NULL");
}

// A structure that begins with its size. Where a program knows another one than the library does,
// its size becomes 0, which given() refuses.
template <class T>
void initialise(T* out, size_t size, T defaults) noexcept {
  if (!out) return;
  if (size != sizeof(T)) {
    std::memset(out, 0, size);
    return;
  }
  defaults.size = size;
  *out = defaults;
}

template <class T>
const T& given(const T& structure, const char* name) {
  if (structure.size == sizeof(T)) return structure;
  throw InvalidArgumentError(std::string(name) + " has a size of " +
                             std::to_string(structure.size) + " bytes instead of " +
                             std::to_string(sizeof(T)) + "; set it with " + name +
                             "_init(), and compile with the library's own q3l.h");
}

}  // namespace q3l::capi
