// Any bytes: the scan ends in a scan or a sentence, and a file that parses answers every question.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dicom/io/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  const dicom::io::ScanLimits limits{.elements = 100'000,
                                     .inflated_bytes = std::uint64_t{32} << 20};
  const BytesView bytes = std::as_bytes(std::span(data, size));
  const auto scan = dicom::io::prescan(bytes, limits);
  const auto file = dicom::io::File::parse(bytes, limits);
  if (scan.has_value() != file.has_value()) {
    __builtin_trap();
  }
  if (!file) {
    return 0;
  }
  static_cast<void>(file->check_storable());
  static_cast<void>(file->header_facts());
  for (const std::size_t frame : {std::size_t{0}, file->pixels().frames}) {
    static_cast<void>(file->describe(frame));
    static_cast<void>(file->fragments(frame));
  }
  static_cast<void>(file->plain_pixels());
  static_cast<void>(file->palette());
  return 0;
}
