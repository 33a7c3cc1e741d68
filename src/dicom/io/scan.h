#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::dicom::io {

// What an object may cost before any library sees it (facts: a few megabytes of nested sequences or
// of deflated zeros end most DICOM toolkits).
struct ScanLimits {
  std::size_t depth = 64;                                 // sequences within sequences
  std::uint64_t elements = 4'000'000;                     // in the whole object
  std::uint64_t inflated_bytes = std::uint64_t{2} << 30;  // of a deflated data set
  std::uint64_t inflation_ratio = 200;                    // above the first 64 MiB
  std::uint64_t side = 65'535;                            // rows and columns
  std::uint64_t frames = 10'000;
  std::uint64_t frame_samples = std::uint64_t{1} << 28;  // rows * columns * samples per pixel
  std::uint64_t pixel_bytes = std::uint64_t{16} << 30;   // of all frames, unpacked
};

// What a scan saw, without having kept any of it.
struct Scan {
  bool has_preamble = false;        // 128 bytes and "DICM"
  bool has_meta_header = false;     // group 0002
  std::string transfer_syntax_uid;  // as declared; empty where nothing declares it
  bool syntax_known = true;         // false: read as explicit little endian
  bool syntax_disagrees = false;    // the data set is encoded otherwise than declared
  bool deflated = false;
  bool explicit_vr = true;
  bool big_endian = false;
  std::uint64_t data_set_offset = 0;  // where the data set begins in the file
  std::uint64_t elements = 0;
  std::size_t deepest = 0;           // 0: no sequence
  std::uint64_t trailing_bytes = 0;  // after the data set's end
  bool executable_preamble = false;  // MZ, ELF or Mach-O in the preamble (CVE-2019-11687)

  // Geometry of the outermost data set; 0 where absent.
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::uint64_t samples_per_pixel = 0;
  std::uint64_t bits_allocated = 0;
  std::uint64_t frames = 0;       // 1 where pixel data has no frame count
  std::uint64_t pixel_bytes = 0;  // stored bytes of pixel data
  std::uint64_t fragments = 0;    // of encapsulated pixel data
  bool has_pixel_data = false;
  bool encapsulated = false;
};

// Walks a Part 10 file, or a bare data set, from its first byte to its last, in time linear in its
// length and in memory that does not grow with it (a deflated data set is inflated, within its
// limits, and let go).
//
// NotSupported: not DICOM; the message says what it is instead where that shows.
// DataCorrupt: empty, cut short, nested too deeply, a length past the end, a stray delimiter, an
// inflation or a pixel geometry past the limits. Messages name tags and sizes, never values.
//
// DICOM PS3.5 section 7, PS3.10 section 7.
[[nodiscard]] Result<Scan> prescan(BytesView bytes, const ScanLimits& limits = {});

}  // namespace osler::dicom::io
