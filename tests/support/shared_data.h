#pragma once

#include <cstdlib>
#include <filesystem>

namespace osler::test {

// The folder of real data beside the source tree, or where OSLER_SHARED points.
inline std::filesystem::path shared_data() {
  const char* folder = std::getenv("OSLER_SHARED");  // NOLINT(concurrency-mt-unsafe)
  return std::filesystem::path(folder != nullptr ? folder : OSLER_SHARED_DEFAULT) / "data";
}

}  // namespace osler::test

// Ends the test as skipped, saying what is missing.
#define OSLER_NEEDS(path)                                                          \
  if (!std::filesystem::exists(path)) {                                            \
    GTEST_SKIP() << "no data at " << (path) << "; set OSLER_SHARED to its folder"; \
  }                                                                                \
  static_assert(true)
