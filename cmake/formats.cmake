# Reads csrc/quant/formats.def and writes generated/<family>_formats.inl for each family: includes of
# its formats' loaders, and Q3L_EACH_<FAMILY>(function), their instances in the table's order.
file(STRINGS ${PROJECT_SOURCE_DIR}/csrc/quant/formats.def rows REGEX "^Q3L_FORMAT")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/csrc/quant/formats.def)
set(Q3L_FAMILIES real b32 k256)
foreach(row IN LISTS rows)
  string(REGEX MATCH "\\(([a-z0-9_]+), ([A-Z0-9_]+), [0-9]+, ([a-z0-9]+)," _ "${row}")
  string(APPEND includes_${CMAKE_MATCH_3} "#include \"quant/${CMAKE_MATCH_1}.inl\"\n")
  list(APPEND instances_${CMAKE_MATCH_3} "f<${CMAKE_MATCH_2}>")
endforeach()
foreach(family IN LISTS Q3L_FAMILIES)
  string(TOUPPER ${family} upper)
  list(JOIN instances_${family} ", " instances)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${family}_formats.inl
       CONTENT "${includes_${family}}\n#define Q3L_EACH_${upper}(f) ${instances}\n" @ONLY)
endforeach()
