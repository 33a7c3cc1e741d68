// Arrays from outside, bare (.npy) and in an archive (.npz): each is numbers within its shape or an
// error with its place, whatever the headers claim.

#include <cstddef>
#include <cstdint>

#include "base/arrays/npy.h"
#include "base/check.h"

namespace {

using osler::arrays::Array;

void use(const osler::Result<Array>& array) {
  if (!array) {
    OSLER_CHECK(!array.error().message.empty());
    OSLER_CHECK(!array.error().where.empty());
    return;
  }
  OSLER_CHECK(array->data.size() == array->count() * size_of(array->type));
  OSLER_CHECK(array->to_floats().size() == array->count());
  static_cast<void>(array->to_integers());
  // What was read is written so that it reads the same.
  const auto again = osler::arrays::parse_npy(osler::arrays::to_npy(*array), "again");
  OSLER_CHECK(again);
  OSLER_CHECK(again->shape == array->shape && again->data == array->data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const osler::BytesView bytes(reinterpret_cast<const std::byte*>(data), size);
  use(osler::arrays::parse_npy(bytes, "a.npy"));
  constexpr osler::ArchiveLimits kSmall{.members = 100,
                                        .member_bytes = std::uint64_t{1} << 20,
                                        .total_bytes = std::uint64_t{4} << 20};
  const auto npz =
      osler::arrays::Npz::from_memory(osler::Bytes(bytes.begin(), bytes.end()), "a.npz", kSmall);
  if (npz) {
    for (const auto& name : npz->names()) {
      use(npz->read(name));
    }
  }
  return 0;
}
