#pragma once

#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "dicom/deidentify/internal/writer.h"

namespace osler::dicom::deidentify {

// How the copy is encoded: as declared, where the bytes can be so labelled without touching a
// value; else as the bytes are.
struct Target {
  std::string syntax_uid;
  io::Encoding encoding{};
  bool deflated = false;
};
// DataCorrupt: compressed pixels, and nothing says how.
[[nodiscard]] Result<Target> choose_target(const io::Scan& scan);

struct Media {
  std::string class_uid;
  std::string instance_uid;
};
// An empty preamble, "DICM" and a fresh group 0002 with only what it must have (PS3.10
// section 7.1).
void write_meta(Writer& writer, const Media& media, std::string_view syntax_uid);

// Raw deflate, of even length (PS3.5 A.5). Internal: zlib could not.
[[nodiscard]] Result<Bytes> deflate(BytesView bytes);

}  // namespace osler::dicom::deidentify
