# Static programs for other CPUs by zig (pip install ziglang), which brings its own C and C++ libraries.
# Wants ZIG_ARCH: aarch64, x86_64, riscv64 or loongarch64; the environment's ZIG_PYTHON has the package
# (tools/with_zig).
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG_ARCH)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${ZIG_ARCH})
set(CMAKE_C_COMPILER ${CMAKE_CURRENT_LIST_DIR}/zig-cc)
set(CMAKE_CXX_COMPILER ${CMAKE_CURRENT_LIST_DIR}/zig-c++)
set(CMAKE_AR ${CMAKE_CURRENT_LIST_DIR}/zig-ar CACHE FILEPATH "" FORCE)
set(CMAKE_RANLIB ${CMAKE_CURRENT_LIST_DIR}/zig-ranlib CACHE FILEPATH "" FORCE)
if(ZIG_ARCH STREQUAL "loongarch64")
  set(zig_cpu -mcpu=la64v1_0-lsx)  # vectors only in units that ask for them
endif()
# The same flags in every probe and link, or zig builds its C++ library once more.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_INIT "-target ${ZIG_ARCH}-linux-musl ${zig_cpu} -static -s -O2")
  set(CMAKE_${language}_FLAGS_RELEASE_INIT "-Xclang -O3")  # zig makes -O3 to -O2
endforeach()
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -s")
set(CMAKE_TRY_COMPILE_CONFIGURATION Release)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
