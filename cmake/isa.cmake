# One row per instruction set: its name is the file csrc/kernels/isa/<name>.cpp or that of its SOURCE,
# compiled once for each family that it offers, with flags of its own. Writes generated/isa_rows.inc,
# the dispatcher's table; Q3L_ISAS are the rows' names.
add_library(q3l_isa OBJECT)
target_include_directories(q3l_isa PRIVATE csrc ${PROJECT_BINARY_DIR})
set(isa_level -O3)
if(Q3L_SANITIZE MATCHES address)
  set(isa_level -O1)  # with its checks, more takes minutes a unit
endif()
# Outside LTO and without exceptions, so that no code built for a newer CPU can leak into the rest.
target_compile_options(q3l_isa PRIVATE ${isa_level} -fno-exceptions -fno-rtti -ffp-contract=off -fno-lto
                       -fno-math-errno)
# GCC 12 warns of its own AVX-512 headers.
target_compile_options(q3l_isa PRIVATE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-uninitialized;-Wno-ignored-attributes>)
set(isa_declarations "")
set(isa_rows "")
set(Q3L_ISAS "")

# q3l_isa(NAME <name> [SOURCE <name>] RANK <n> FAMILIES <family>... [NEEDS <CpuFeature>...]
#         [FLAGS <flag>...] [DEFINITIONS <definition>...])
function(q3l_isa)
  cmake_parse_arguments(ISA "" "NAME;SOURCE;RANK" "FAMILIES;NEEDS;FLAGS;DEFINITIONS" ${ARGN})
  if(NOT ISA_SOURCE)
    set(ISA_SOURCE ${ISA_NAME})
  endif()
  set(sets "")
  foreach(family IN LISTS Q3L_FAMILIES ITEMS ops)
    if(NOT family IN_LIST ISA_FAMILIES)
      list(APPEND sets nullptr)
      continue()
    endif()
    set(unit ${PROJECT_BINARY_DIR}/generated/${ISA_NAME}_${family}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"kernels/isa/${ISA_SOURCE}.cpp\"\n" @ONLY)
    target_sources(q3l_isa PRIVATE ${unit})
    list(JOIN ISA_FLAGS " " flags)  # as a string, for in lists -Xclang stands once
    set_source_files_properties(${unit} PROPERTIES
      COMPILE_FLAGS "${flags}"
      COMPILE_DEFINITIONS "Q3L_ISA_RANK=${ISA_RANK};Q3L_FAMILY_SET=${family}_set;Q3L_FAMILY_INL=\"kernels/generic/${family}.inl\";${ISA_DEFINITIONS}")
    list(APPEND sets ${ISA_NAME}::${family}_set)
    if(family STREQUAL ops)
      set(type OpsSet)
    else()
      set(type FamilySet)
    endif()
    string(APPEND isa_declarations "namespace ${ISA_NAME} { const ${type}& ${family}_set(); }\n")
  endforeach()
  list(POP_BACK sets ops)
  list(JOIN sets ", " sets)
  set(needs "")
  foreach(feature IN LISTS ISA_NEEDS)
    string(APPEND needs "{CpuFeature::${feature}, \"${feature}\"}, ")
  endforeach()
  string(APPEND isa_rows "    {\"${ISA_NAME}\", {${needs}}, {${sets}}, ${ops}},\n")
  set(isa_declarations "${isa_declarations}" PARENT_SCOPE)
  set(isa_rows "${isa_rows}" PARENT_SCOPE)
  set(Q3L_ISAS ${Q3L_ISAS} ${ISA_NAME} PARENT_SCOPE)
endfunction()

# Flags for features: in `flags` those given, or where zig compiles, which names CPUs and not
# architectures, clang's own.
function(q3l_features flags given)
  if(ZIG_ARCH)
    set(given "")
    foreach(feature IN LISTS ARGN)
      list(APPEND given -Xclang -target-feature -Xclang +${feature})
    endforeach()
  endif()
  set(${flags} ${given} PARENT_SCOPE)
endfunction()

# Flags by which compilers order instructions for a CPU; without, they are too eager to load early and
# run out of registers.
function(q3l_tuning flags cpu)
  if(ZIG_ARCH)
    set(${flags} -Xclang -tune-cpu -Xclang ${cpu} PARENT_SCOPE)
  else()
    set(${flags} -mtune=${cpu} PARENT_SCOPE)
  endif()
endfunction()

q3l_isa(NAME scalar RANK 0 FAMILIES real b32 k256 ops)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  q3l_isa(NAME avx2 RANK 1 FAMILIES real b32 k256 ops NEEDS avx2 fma f16c FLAGS -mavx2 -mfma -mf16c)
  q3l_isa(NAME avxvnni RANK 2 FAMILIES b32 k256 NEEDS avx2 fma f16c avxvnni
    FLAGS -mavx2 -mfma -mf16c -mavxvnni)
  q3l_isa(NAME avx512 RANK 3 FAMILIES real b32 k256 ops
    NEEDS avx2 fma f16c avx512f avx512bw avx512dq avx512vl avx512vnni
    FLAGS -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni)
  q3l_isa(NAME amx RANK 4 FAMILIES b32 k256 ops
    NEEDS avx2 fma f16c avx512f avx512bw avx512dq avx512vl avx512vnni avx512bf16 gfni amx_tile
      amx_int8 amx_bf16
    FLAGS -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512bf16
      -mgfni -mamx-tile -mamx-int8 -mamx-bf16)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  q3l_tuning(in_order cortex-a53)  # others order instructions themselves
  q3l_isa(NAME neon RANK 1 FAMILIES real b32 k256 ops NEEDS asimd FLAGS ${in_order})
  q3l_tuning(tuned cortex-a76)
  q3l_features(dotprod -march=armv8.2-a+dotprod dotprod)
  q3l_isa(NAME dotprod RANK 2 FAMILIES b32 k256 ops NEEDS asimd asimddp FLAGS ${dotprod} ${tuned})
  q3l_features(i8mm -march=armv8.2-a+dotprod+i8mm dotprod i8mm)
  q3l_isa(NAME i8mm RANK 3 FAMILIES b32 k256 NEEDS asimd asimddp i8mm FLAGS ${i8mm} ${tuned})
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "riscv64|loongarch64" AND NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  message(STATUS "no vectors of ${CMAKE_SYSTEM_PROCESSOR}: these kernels need Clang, such as zig's")
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL riscv64)
  # Halves and words of headers lie as aligned as files are, which Clang cannot know: it loads bytes.
  set(aligned -Xclang -target-feature -Xclang +unaligned-scalar-mem)
  set(rank 0)
  foreach(bits IN ITEMS 128 256 512)
    math(EXPR rank "${rank} + 2")
    math(EXPR rank_of_halves "${rank} + 1")
    set(definitions Q3L_VECTOR_BITS=${bits})
    q3l_features(vectors -march=rv64gcv_zvl${bits}b v zvl${bits}b)
    q3l_isa(NAME rvv${bits} SOURCE rvv RANK ${rank} FAMILIES real b32 k256 ops NEEDS v${bits}
      FLAGS ${vectors} ${aligned} DEFINITIONS Q3L_ROW=rvv${bits} ${definitions})
    q3l_features(vectors -march=rv64gcv_zvl${bits}b_zvfhmin v zvl${bits}b zvfhmin)
    q3l_isa(NAME rvv${bits}h SOURCE rvv RANK ${rank_of_halves} FAMILIES real ops
      NEEDS v${bits} zvfhmin FLAGS ${vectors} ${aligned}
      DEFINITIONS Q3L_ROW=rvv${bits}h ${definitions})
  endforeach()
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL loongarch64)
  q3l_features(lsx -mlsx lsx)
  q3l_features(lasx -mlasx lsx lasx)
  q3l_isa(NAME lsx RANK 1 FAMILIES real b32 k256 ops NEEDS lsx FLAGS ${lsx})
  q3l_isa(NAME lasx RANK 2 FAMILIES real b32 k256 ops NEEDS lsx lasx FLAGS ${lasx})
endif()

file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/isa_rows.inc CONTENT
"namespace q3l {
${isa_declarations}
struct NeededFeature {
  CpuFeature feature;
  const char* name;
};

struct IsaRow {
  const char* name;
  NeededFeature needs[16];  // ends at the first without a name
  const FamilySet& (*families[kFamilies])();
  const OpsSet& (*ops)();
};

// In ascending rank.
constexpr IsaRow kRows[] = {
${isa_rows}};
}  // namespace q3l
" @ONLY)
