// A callable that somebody else owns: two pointers, no allocation. REQUIRES: the callable outlives
// every call.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace q3l {

template <class Signature>
class FunctionRef;

template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  FunctionRef() = default;

  template <class Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, FunctionRef>)
  FunctionRef(Function&& f)
      : context_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* context, Args... args) -> Result {
          return (*static_cast<std::remove_reference_t<Function>*>(context))(
              std::forward<Args>(args)...);
        }) {}

  explicit operator bool() const { return call_; }
  Result operator()(Args... args) const { return call_(context_, std::forward<Args>(args)...); }

 private:
  void* context_ = nullptr;
  Result (*call_)(void* context, Args...) = nullptr;
};

}  // namespace q3l
