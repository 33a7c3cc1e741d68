# One call per room: osler_module(evaluate/calibration ...) builds the library,
# its unit tests and its benchmarks, and links exactly the rooms that
# src/LAYERS allows. A room is a folder; its target has the folder's name.

option(OSLER_WARNINGS_AS_ERRORS "Fail the build on any warning in our code" OFF)
option(OSLER_BENCH "Build the benchmarks" OFF)
option(OSLER_FUZZ "Build the fuzz targets (clang only)" OFF)
set(OSLER_SANITIZE "" CACHE STRING "Value for -fsanitize=, or empty")

find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
include(GoogleTest)
find_program(OSLER_MOLD mold)

add_library(osler_flags INTERFACE)
target_include_directories(osler_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(osler_flags INTERFACE nlohmann_json::nlohmann_json Threads::Threads)
target_compile_options(osler_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wdouble-promotion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Designated initialisers name what differs and leave the rest at its default.
  target_compile_options(osler_flags INTERFACE -Wduplicated-cond -Wlogical-op
    -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False positives in std::string's operator+ (GCC bug 105651).
    target_compile_options(osler_flags INTERFACE -Wno-restrict)
  endif()
endif()
if(OSLER_WARNINGS_AS_ERRORS)
  target_compile_options(osler_flags INTERFACE -Werror)
endif()
if(OSLER_MOLD)
  target_link_options(osler_flags INTERFACE -fuse-ld=mold)
endif()
if(OSLER_SANITIZE)
  set(sanitize -fsanitize=${OSLER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(osler_flags INTERFACE ${sanitize})
  target_link_options(osler_flags INTERFACE ${sanitize})
endif()
if(OSLER_FUZZ)
  # Rooms are instrumented for coverage; each target brings libFuzzer's main.
  set(fuzz -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer)
  target_compile_options(osler_flags INTERFACE ${fuzz})
  target_link_options(osler_flags INTERFACE -fsanitize=address,undefined)
endif()

# The allowed edges, one line a module: "evaluate: base clinical".
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/LAYERS)
file(STRINGS ${PROJECT_SOURCE_DIR}/src/LAYERS layer_lines REGEX "^[a-z]")
foreach(line IN LISTS layer_lines)
  string(REGEX MATCH "^([a-z_]+):(.*)$" _ "${line}")
  set(name ${CMAKE_MATCH_1})
  string(STRIP "${CMAKE_MATCH_2}" deps)
  string(REPLACE " " ";" OSLER_LAYER_${name} "${deps}")
  list(APPEND OSLER_MODULES ${name})
endforeach()

# osler_test(target SOURCES … LIBS … [PREFIX room] [SLOW] [ONE]): a GoogleTest program. SLOW: kept out
# of the fast suite. ONE: a single ctest for the whole program (a libtorch process takes 0.4 s to start).
function(osler_test target)
  cmake_parse_arguments(arg "SLOW;ONE" "PREFIX" "SOURCES;LIBS" ${ARGN})
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE OSLER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    OSLER_SHARED_DEFAULT="${PROJECT_SOURCE_DIR}/../shared")
  target_link_libraries(${target} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest_main)
  set(label fast)
  if(arg_SLOW)
    set(label slow)
  endif()
  if(arg_ONE)
    add_test(NAME ${arg_PREFIX}.all COMMAND ${target})
    set_tests_properties(${arg_PREFIX}.all PROPERTIES LABELS ${label})
  else()
    gtest_discover_tests(${target} TEST_PREFIX "${arg_PREFIX}." NO_PRETTY_VALUES
      DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${label})
  endif()
endfunction()

# osler_fuzz(name SOURCE file LIBS …): a libFuzzer target, run by ./x fuzz and for 10 s each in CI.
function(osler_fuzz name)
  if(NOT OSLER_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "SOURCE" "LIBS" ${ARGN})
  add_executable(fuzz_${name} ${arg_SOURCE})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_LIBS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()

# ONE_TEST: the room's tests are one ctest. UNITY: its sources compile as one (rooms with libtorch).
function(osler_module room)
  cmake_parse_arguments(arg "ONE_TEST;UNITY" "" "SOURCES;USES;PRIVATE_LIBS;TESTS;SLOW_TESTS;BENCHES"
    ${ARGN})
  string(REPLACE "/" "_" target "osler_${room}")
  string(REGEX REPLACE "/.*" "" module ${room})

  add_library(${target} STATIC ${arg_SOURCES})
  target_link_libraries(${target} PUBLIC osler_flags PRIVATE ${arg_PRIVATE_LIBS})
  if(arg_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
  endif()
  foreach(other IN LISTS arg_USES)
    string(REGEX REPLACE "/.*" "" other_module ${other})
    if(NOT other_module STREQUAL module AND NOT other_module IN_LIST OSLER_LAYER_${module})
      message(FATAL_ERROR "${room} may not use ${other}: see src/LAYERS")
    endif()
    string(REPLACE "/" "_" other_target "osler_${other}")
    target_link_libraries(${target} PUBLIC ${other_target})
  endforeach()

  set(one)
  if(arg_ONE_TEST)
    set(one ONE)
  endif()
  if(arg_TESTS AND NOT OSLER_FUZZ)
    osler_test(${target}_test SOURCES ${arg_TESTS} LIBS ${target} ${arg_PRIVATE_LIBS} PREFIX ${room} ${one})
  endif()
  if(arg_SLOW_TESTS AND NOT OSLER_FUZZ)
    osler_test(${target}_slow_test SOURCES ${arg_SLOW_TESTS} LIBS ${target} ${arg_PRIVATE_LIBS}
      PREFIX ${room}.slow ${one} SLOW)
  endif()
  if(arg_BENCHES AND OSLER_BENCH)
    find_package(benchmark REQUIRED)
    add_executable(${target}_bench ${arg_BENCHES})
    target_link_libraries(${target}_bench PRIVATE ${target} benchmark::benchmark_main)
  endif()
endfunction()
