# pybind11 (BSD-3-Clause, licence note: pybind11.md): the Python package where the build front end installed it,
# else a pinned download.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(COMMAND ${Python_EXECUTABLE} -m pybind11 --cmakedir
                OUTPUT_VARIABLE pybind11_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
find_package(pybind11 2.12 CONFIG QUIET HINTS ${pybind11_dir})
if(NOT pybind11_FOUND)
  include(FetchContent)
  FetchContent_Declare(pybind11 GIT_REPOSITORY https://github.com/pybind/pybind11 GIT_TAG v2.13.6)
  FetchContent_MakeAvailable(pybind11)
endif()
