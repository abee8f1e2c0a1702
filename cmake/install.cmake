# q3l with its manual, and what C programs are built with: the library, its header, a file for pkg-config.
include(GNUInstallDirs)
# From where the last lies, so that an installed tree may be moved.
file(RELATIVE_PATH q3l_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" q3l_prefix ${q3l_prefix})
configure_file(cmake/q3l.pc.in q3l.pc @ONLY)
install(TARGETS q3l q3l_core)
install(FILES docs/q3l.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES csrc/capi/q3l.h TYPE INCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/q3l.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
