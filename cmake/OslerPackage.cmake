# What is installed, and the two Debian packages of it: osler, and osler-learn for those who train.
# bin/, lib/osler/ and share/osler/ keep their distances, so that a folder works as well as /usr.
include(GNUInstallDirs)
# The programs are built by whoever installs; the tests need not be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS osler osler-decode RUNTIME DESTINATION bin COMPONENT osler)
install(PROGRAMS ${CMAKE_BINARY_DIR}/lib/libonnxruntime.so.1 DESTINATION lib/osler COMPONENT osler
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
# The pages, where they were built (tools/build_web.sh).
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/osler/web DESTINATION share/osler COMPONENT osler OPTIONAL)
install(FILES README.md CHANGELOG.md DESTINATION share/doc/osler COMPONENT osler)
install(DIRECTORY docs/guides docs/conformance DESTINATION share/doc/osler COMPONENT osler)
install(FILES packaging/osler.service DESTINATION lib/systemd/system COMPONENT osler)
install(FILES packaging/osler.conf DESTINATION /etc/osler COMPONENT osler)
install(FILES packaging/debian/copyright DESTINATION share/doc/osler COMPONENT osler)
if(TARGET osler-learn)
  install(TARGETS osler-learn RUNTIME DESTINATION bin COMPONENT osler-learn)
  install(FILES packaging/debian/copyright DESTINATION share/doc/osler-learn COMPONENT osler-learn)
endif()

find_program(GZIP gzip)
if(GZIP)
  # Debian's policy: compressed, without a time in it.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/debian)
  file(WRITE ${CMAKE_BINARY_DIR}/debian/changelog
    "osler (${PROJECT_VERSION}) bookworm; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
    " -- osler maintainers <maintainers@osler.invalid>  Thu, 01 Jan 2026 00:00:00 +0000\n")
  execute_process(COMMAND ${GZIP} -9nf -c ${CMAKE_BINARY_DIR}/debian/changelog
    OUTPUT_FILE ${CMAKE_BINARY_DIR}/debian/changelog.gz)
  execute_process(COMMAND ${GZIP} -9nf -c ${PROJECT_SOURCE_DIR}/packaging/debian/osler.1
    OUTPUT_FILE ${CMAKE_BINARY_DIR}/debian/osler.1.gz)
  install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.gz DESTINATION share/doc/osler COMPONENT osler)
  install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.gz DESTINATION share/doc/osler-learn
    COMPONENT osler-learn)
  install(FILES ${CMAKE_BINARY_DIR}/debian/osler.1.gz DESTINATION share/man/man1 COMPONENT osler)
endif()
install(FILES packaging/debian/osler.lintian-overrides DESTINATION share/lintian/overrides
  RENAME osler COMPONENT osler)
install(FILES packaging/debian/osler-learn.lintian-overrides DESTINATION share/lintian/overrides
  RENAME osler-learn COMPONENT osler-learn)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME osler)
set(CPACK_PACKAGE_VENDOR osler)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL osler osler-learn)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "osler maintainers <maintainers@osler.invalid>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_OSLER_PACKAGE_NAME osler)
set(CPACK_DEBIAN_OSLER_PACKAGE_SECTION science)
set(CPACK_DEBIAN_OSLER_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_OSLER_PACKAGE_SUGGESTS "osler-learn, chrony")
set(CPACK_DEBIAN_OSLER_DESCRIPTION "diagnostic AI on premises, from archive to bedside
Takes DICOM films in, scores them with signed, calibrated models, and keeps an
audit log of all of it. Decision support, and not a cleared medical device.")
set(CPACK_DEBIAN_OSLER_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles)

set(CPACK_DEBIAN_OSLER-LEARN_PACKAGE_NAME osler-learn)
set(CPACK_DEBIAN_OSLER-LEARN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_OSLER-LEARN_PACKAGE_DEPENDS "osler (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_OSLER-LEARN_PACKAGE_RECOMMENDS "libopenblas0-openmp")
set(CPACK_DEBIAN_OSLER-LEARN_DESCRIPTION "training of osler's models
The program that osler train starts. A hospital that only scores films does
not need it: it brings libtorch and all that comes with it.")
include(CPack)
