#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace osler {

void check_failed(std::string_view condition, std::source_location where) {
  const std::string text(condition);
  std::fprintf(stderr, "osler: broken invariant: %s at %s:%u\n", text.c_str(), where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace osler
