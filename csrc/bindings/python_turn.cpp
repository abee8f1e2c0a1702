#include "bindings/python_turn.h"

#include <condition_variable>
#include <mutex>

#include "bindings/bind.h"

namespace py = pybind11;

namespace q3l {

namespace {

// Who is in Python, and whether it still lets anybody in.
struct Door {
  std::mutex mutex;
  std::condition_variable changed;
  int n_inside = 0;
  bool is_closed = false;
};

Door& door() {
  static auto* const only = new Door;  // for threads that outlive static objects
  return *only;
}

// REQUIRES: the GIL is released, for those inside need it to leave.
void close_door() {
  std::unique_lock lock(door().mutex);
  door().is_closed = true;
  door().changed.wait(lock, [] { return door().n_inside == 0; });
}

}  // namespace

PythonTurn::PythonTurn() {
  {
    std::lock_guard lock(door().mutex);
    if (door().is_closed) return;
    ++door().n_inside;
  }
  locked_.emplace();
}

PythonTurn::~PythonTurn() {
  if (!locked_) return;
  locked_.reset();
  std::lock_guard lock(door().mutex);
  --door().n_inside;
  door().changed.notify_all();
}

PythonRef::~PythonRef() {
  const PythonTurn turn;
  py::object last = std::move(object_);
  if (!turn) last.release();
}

void bind_python_turn(py::module_&) {
  py::module_::import("atexit").attr("register")(
      py::cpp_function(&close_door, py::call_guard<py::gil_scoped_release>()));
}

}  // namespace q3l
