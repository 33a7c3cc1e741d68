// Any bytes: a copy or a sentence; a copy can be scanned, and a copy of it is itself.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dicom/deidentify/deidentify.h"
#include "dicom/io/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  static const auto pseudonyms = *dicom::deidentify::Pseudonyms::create(Bytes(32, std::byte{7}));
  const auto profile = dicom::deidentify::Profile::research();
  const auto copy =
      dicom::deidentify::deidentify(std::as_bytes(std::span(data, size)), profile, pseudonyms);
  if (!copy) {
    return 0;
  }
  if (!dicom::io::prescan(copy->bytes)) {
    __builtin_trap();
  }
  const auto again = dicom::deidentify::deidentify(copy->bytes, profile, pseudonyms);
  if (!again) {
    __builtin_trap();
  }
  return 0;
}
