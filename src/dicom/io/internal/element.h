#pragma once

#include <cstdint>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "dicom/io/scan.h"
#include "dicom/io/tag.h"

namespace osler::dicom::io {

// A value representation: its two letters, the first in the high byte; 0 where none is written.
using Vr = std::uint16_t;
constexpr Vr vr(const char (&name)[3]) {
  return static_cast<Vr>((static_cast<unsigned char>(name[0]) << 8U) |
                         static_cast<unsigned char>(name[1]));
}

constexpr Tag kItem{0xFFFE, 0xE000};
constexpr Tag kItemEnd{0xFFFE, 0xE00D};
constexpr Tag kSequenceEnd{0xFFFE, 0xE0DD};
constexpr Tag kPixelData{0x7FE0, 0x0010};

// One row of the element table: an element, an item of a sequence, or a fragment of pixel data, in
// the order of the file. What it holds are the rows up to `end`, one level deeper.
struct Element {
  Tag tag{};
  Vr vr = 0;
  std::uint16_t level = 0;   // 0: outermost data set
  std::uint32_t end = 0;     // the row after its last descendant
  std::uint64_t offset = 0;  // of the value, in the data set's bytes
  std::uint64_t length = 0;  // of the value, without delimiters
};

struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

// What the tokenizer walks and where it tells what it saw. `table` may be null: then nothing is
// kept.
struct Walk {
  BytesView data;
  Encoding encoding{};
  const ScanLimits* limits = nullptr;
  std::vector<Element>* table = nullptr;
};

// Walks one data set; fills the counts and the geometry of `scan`. Errors as prescan.
[[nodiscard]] Result<void> tokenize(const Walk& walk, Scan& scan);

// A whole object, scanned and kept.
struct Scanned {
  Scan scan;
  Bytes inflated;  // of a deflated data set
  std::vector<Element> table;
  std::string media_class_uid;      // (0002,0002)
  std::string media_instance_uid;   // (0002,0003)
  std::string implementation_name;  // (0002,0013)
};

enum class Keep : std::uint8_t { Nothing, Table };
[[nodiscard]] Result<Scanned> scan_object(BytesView bytes, const ScanLimits& limits, Keep keep);

// Raw deflate, or zlib with its header. Measures before it allocates: a bomb costs no memory.
// DataCorrupt: cut short, broken, or past the limits.
[[nodiscard]] Result<Bytes> inflate(BytesView bytes, const ScanLimits& limits);

// Little or big endian integers at `at`, which must be inside.
[[nodiscard]] inline std::uint16_t load16(BytesView bytes, std::uint64_t at, bool big) {
  const auto a = std::to_integer<unsigned>(bytes[at]);
  const auto b = std::to_integer<unsigned>(bytes[at + 1]);
  return static_cast<std::uint16_t>(big ? (a << 8U) | b : (b << 8U) | a);
}
[[nodiscard]] inline std::uint32_t load32(BytesView bytes, std::uint64_t at, bool big) {
  const std::uint32_t a = load16(bytes, at, big);
  const std::uint32_t b = load16(bytes, at + 2, big);
  return big ? (a << 16U) | b : (b << 16U) | a;
}

}  // namespace osler::dicom::io
