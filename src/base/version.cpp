#include "base/version.h"

namespace osler {

std::string_view version() {
  return OSLER_VERSION;
}

}  // namespace osler
