// A study file from outside: whatever it holds, it is a study or an error with its place, and a
// study comes back from its own JSON.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json.h"
#include "study/study.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto study = osler::study::parse(text, "study.yaml", "/films");
  if (!study) {
    OSLER_CHECK(!study.error().message.empty());
    OSLER_CHECK(study.error().where.starts_with("study.yaml"));
    return 0;
  }
  const auto json = osler::dump_json(osler::study::to_json(*study));
  const auto back = osler::study::parse(json, "study.yaml", "/films");
  OSLER_CHECK(back);
  OSLER_CHECK(*back == *study);
  return 0;
}
