# OnnxRuntime::OnnxRuntime: the library of packaging/fetch_onnxruntime.sh, from $OSLER_DEPS or
# build/deps; fetched when it is not there. The library is copied into the build's lib/, where
# programs in bin/ find it by $ORIGIN/../lib: the same layout as an installed osler.
if(TARGET OnnxRuntime::OnnxRuntime)
  return()
endif()

set(onnxruntime_folder ${PROJECT_SOURCE_DIR}/build/deps/onnxruntime)
if(DEFINED ENV{OSLER_DEPS})
  set(onnxruntime_folder $ENV{OSLER_DEPS}/onnxruntime)
endif()
if(NOT EXISTS ${onnxruntime_folder}/key)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/packaging/fetch_onnxruntime.sh
    RESULT_VARIABLE onnxruntime_failed)
endif()

find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_cxx_api.h NO_DEFAULT_PATH
  PATHS ${onnxruntime_folder}/include/onnxruntime)
find_file(OnnxRuntime_LIBRARY libonnxruntime.so.1 NO_DEFAULT_PATH PATHS ${onnxruntime_folder}/lib)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime
  REQUIRED_VARS OnnxRuntime_LIBRARY OnnxRuntime_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run packaging/fetch_onnxruntime.sh")

if(OnnxRuntime_FOUND)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  configure_file(${OnnxRuntime_LIBRARY} ${CMAKE_BINARY_DIR}/lib/libonnxruntime.so.1 COPYONLY)
  add_library(OnnxRuntime::OnnxRuntime SHARED IMPORTED GLOBAL)
  set_target_properties(OnnxRuntime::OnnxRuntime PROPERTIES
    IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/lib/libonnxruntime.so.1
    IMPORTED_SONAME libonnxruntime.so.1
    INTERFACE_INCLUDE_DIRECTORIES ${OnnxRuntime_INCLUDE_DIR})
endif()
mark_as_advanced(OnnxRuntime_INCLUDE_DIR OnnxRuntime_LIBRARY)
