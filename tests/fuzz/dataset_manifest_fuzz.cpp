// A data set's manifest: whatever it holds, it is a manifest that is written as it was read, or an
// error with its place; and a split, an audit and a treatment of it keep their promises.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "dataset/leakage.h"
#include "dataset/manifest.h"
#include "dataset/split.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto manifest = osler::dataset::parse_manifest(text, "films@v1");
  if (!manifest) {
    OSLER_CHECK(!manifest.error().message.empty());
    OSLER_CHECK(manifest.error().where.starts_with("films@v1"));
    return 0;
  }
  const auto again = osler::dataset::parse_manifest(osler::dataset::to_json_lines(*manifest), "m");
  OSLER_CHECK(again);
  OSLER_CHECK(*again == *manifest);

  auto dropped = *manifest;
  OSLER_CHECK(osler::dataset::treat(dropped, osler::dataset::LeakageTreatment::Drop));
  OSLER_CHECK(!osler::dataset::audit(dropped).leaks());
  OSLER_CHECK(osler::dataset::count_splits(dropped).test ==
              osler::dataset::count_splits(*manifest).test);
  auto moved = *manifest;
  OSLER_CHECK(osler::dataset::treat(moved, osler::dataset::LeakageTreatment::KeepTogether));
  OSLER_CHECK(!osler::dataset::audit(moved).leaks());
  if (osler::dataset::split_by_patient(*manifest, {.seed = 1})) {
    OSLER_CHECK(!osler::dataset::audit(*manifest).leaks());
  }
  return 0;
}
