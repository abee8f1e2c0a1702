# doctest (MIT, licence note: doctest.md): the system's header, else a pinned download.
find_path(doctest_include doctest/doctest.h)
if(NOT doctest_include)
  include(FetchContent)
  # The header alone: a SOURCE_SUBDIR without CMakeLists.txt keeps its own targets and tests out.
  FetchContent_Declare(doctest GIT_REPOSITORY https://github.com/doctest/doctest GIT_TAG v2.4.11
                       SOURCE_SUBDIR doctest)
  FetchContent_MakeAvailable(doctest)
  set(doctest_include ${doctest_SOURCE_DIR})
endif()
add_library(doctest_headers INTERFACE)
target_include_directories(doctest_headers SYSTEM INTERFACE ${doctest_include})
