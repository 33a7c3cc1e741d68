#include "dicom/io/scan.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "dicom/io/internal/dictionary.h"
#include "dicom/io/internal/element.h"
#include "dicom/io/transfer_syntax.h"

namespace osler::dicom::io {
namespace {

constexpr std::size_t kPreamble = 128;

Error corrupt(std::string text) {
  return {ErrorCode::DataCorrupt, std::move(text)};
}

bool begins(BytesView bytes, std::string_view with, std::size_t at = 0) {
  return bytes.size() >= at + with.size() && as_text(bytes.subspan(at, with.size())) == with;
}

bool is_text(BytesView bytes) {
  const auto readable = [](std::byte b) {
    const auto c = std::to_integer<unsigned char>(b);
    return c >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  };
  return std::ranges::all_of(bytes.first(std::min<std::size_t>(bytes.size(), 256)), readable);
}

// What else it may be, for the sentence that refuses it.
Error not_dicom(BytesView bytes) {
  struct Kind {
    std::string_view magic;
    std::size_t at;
    std::string_view name;
  };
  using namespace std::string_view_literals;
  static constexpr std::array kKinds{Kind{"\x89PNG", 0, "a PNG picture"},
                                     Kind{"\xFF\xD8\xFF", 0, "a JPEG picture"},
                                     Kind{"GIF8", 0, "a GIF picture"},
                                     Kind{"BM", 0, "a BMP picture"},
                                     Kind{"II*\0"sv, 0, "a TIFF picture"},
                                     Kind{"MM\0*"sv, 0, "a TIFF picture"},
                                     Kind{"PK\x03\x04", 0, "a ZIP archive"},
                                     Kind{"PK\x05\x06", 0, "an empty ZIP archive"},
                                     Kind{"\x1F\x8B", 0, "a gzip archive"},
                                     Kind{"%PDF", 0, "a PDF document"},
                                     Kind{"n+1\0"sv, 344, "a NIfTI volume"},
                                     Kind{"\x93NUMPY", 0, "a NumPy array"},
                                     Kind{"\x7F"
                                          "ELF",
                                          0, "a program"},
                                     Kind{"MZ", 0, "a program"},
                                     Kind{"SQLite format 3", 0, "a database"}};
  for (const auto& kind : kKinds) {
    if (begins(bytes, kind.magic, kind.at)) {
      return {ErrorCode::NotSupported, "not DICOM but " + std::string(kind.name)};
    }
  }
  if (is_text(bytes)) {
    return {ErrorCode::NotSupported, "not DICOM but text"};
  }
  return {ErrorCode::NotSupported, "not DICOM"};
}

bool is_executable(BytesView preamble) {
  using namespace std::string_view_literals;
  constexpr std::array kMagic{"MZ"sv,
                              "\x7F"
                              "ELF"sv,
                              "\xCF\xFA\xED\xFE"sv,
                              "\xCE\xFA\xED\xFE"sv,
                              "\xFE\xED\xFA\xCE"sv,
                              "\xFE\xED\xFA\xCF"sv,
                              "\xCA\xFE\xBA\xBE"sv};
  return std::ranges::any_of(kMagic,
                             [&](std::string_view magic) { return begins(preamble, magic); });
}

bool reads_as_vr(BytesView bytes, std::uint64_t at) {
  constexpr std::string_view kAll =
      "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN "
      "UR US UT UV";
  const std::string code(as_text(bytes.subspan(at, 2)));
  const auto found = kAll.find(code);
  return found != std::string_view::npos && found % 3 == 0;
}

// How the first element of a data set is encoded; nothing where it does not look like one.
std::optional<Encoding> guess_encoding(BytesView data) {
  if (data.size() < 8) {
    return std::nullopt;
  }
  const Tag little{load16(data, 0, false), load16(data, 2, false)};
  const Tag big{load16(data, 0, true), load16(data, 2, true)};
  // The first group of any data set is small, so the byte order shows in it.
  const bool is_big = big.group != 0 && big.group < little.group;
  const Tag tag = is_big ? big : little;
  if (tag.group > 0x0040 || tag.is_private()) {
    return std::nullopt;
  }
  if (reads_as_vr(data, 4)) {
    return Encoding{.explicit_vr = true, .big_endian = is_big};
  }
  const bool known = tag.element == 0 || !dictionary(tag).keyword.empty();
  const std::uint64_t length = load32(data, 4, is_big);
  if (known && (length <= data.size() - 8 || length == 0xFFFFFFFF)) {
    return Encoding{.explicit_vr = false, .big_endian = is_big};
  }
  return std::nullopt;
}

// Reads group 0002 from `at`, whatever its group length says, and returns where it ends (PS3.10
// section 7.1: explicit little endian; some writers put implicit).
Result<std::uint64_t> read_meta(BytesView bytes, std::uint64_t at, Scanned& out) {
  while (bytes.size() - at >= 8 && load16(bytes, at, false) == 0x0002) {
    const Tag tag{0x0002, load16(bytes, at + 2, false)};
    const bool explicit_vr = reads_as_vr(bytes, at + 4);
    const std::string_view code = as_text(bytes.subspan(at + 4, 2));
    const bool is_long =
        code == "OB" || code == "UN" || code == "OW" || code == "UT" || code == "SQ";
    std::uint64_t value = at + 8;
    std::uint64_t length = 0;
    if (!explicit_vr) {
      length = load32(bytes, at + 4, false);
    } else if (!is_long) {
      length = load16(bytes, at + 6, false);
    } else if (bytes.size() - at >= 12) {
      length = load32(bytes, at + 8, false);
      value = at + 12;
    } else {
      return corrupt("cut short inside the file meta header");
    }
    if (length > bytes.size() - value) {
      return corrupt("cut short inside the file meta header");
    }
    const std::string_view raw = as_text(bytes.subspan(value, length));
    const std::string text(trim(raw.substr(0, raw.find('\0'))));
    if (tag.element == 0x0002) {
      out.media_class_uid = text;
    } else if (tag.element == 0x0003) {
      out.media_instance_uid = text;
    } else if (tag.element == 0x0010) {
      out.scan.transfer_syntax_uid = text;
    } else if (tag.element == 0x0013) {
      out.implementation_name = text;
    }
    out.scan.has_meta_header = true;
    at = value + length;
  }
  return at;
}

// Geometry within bounds, in 64 bits: each factor is bounded before it is multiplied.
Result<void> check_geometry(Scan& scan, const ScanLimits& limits) {
  if (!scan.has_pixel_data) {
    return {};
  }
  if (scan.frames == 0) {
    scan.frames = 1;
  }
  if (scan.samples_per_pixel == 0) {
    scan.samples_per_pixel = 1;
  }
  if (scan.rows > limits.side || scan.columns > limits.side) {
    return corrupt("an image of " + std::to_string(scan.columns) + " x " +
                   std::to_string(scan.rows) + " pixels is too large");
  }
  if (scan.frames > limits.frames) {
    return corrupt("more than " + with_thousands(static_cast<std::int64_t>(limits.frames)) +
                   " frames");
  }
  const std::uint64_t frame = scan.rows * scan.columns * scan.samples_per_pixel;  // < 2^48
  if (frame > limits.frame_samples || scan.bits_allocated > 64) {
    return corrupt("frames of " + std::to_string(scan.columns) + " x " + std::to_string(scan.rows) +
                   " pixels with " +
                   counted(static_cast<std::int64_t>(scan.samples_per_pixel), "sample") + " of " +
                   std::to_string(scan.bits_allocated) + " bits are too large");
  }
  const std::uint64_t bytes = frame * scan.bits_allocated / 8 * scan.frames;  // < 2^28 * 8 * 2^14
  if (bytes > limits.pixel_bytes) {
    return corrupt("pixel data of " + human_bytes(bytes) + " is too large");
  }
  return {};
}

// Where the data set begins and how it is encoded.
struct Start {
  std::uint64_t offset = 0;
  bool sure = false;  // a preamble or a meta header says that this is DICOM
};

Result<Start> find_start(BytesView bytes, Scanned& out) {
  if (bytes.empty()) {
    return corrupt("an empty file");
  }
  Start start;
  if (begins(bytes, "DICM", kPreamble)) {
    out.scan.has_preamble = true;
    out.scan.executable_preamble = is_executable(bytes.first(kPreamble));
    start.offset = kPreamble + 4;
  } else if (begins(bytes, "DICM")) {
    start.offset = 4;
  }
  start.sure = start.offset != 0;
  if (!start.sure && !guess_encoding(bytes)) {
    return not_dicom(bytes);
  }
  OSLER_TRY(start.offset, read_meta(bytes, start.offset, out));
  start.sure = start.sure || out.scan.has_meta_header;
  return start;
}

Encoding choose_encoding(BytesView data, const TransferSyntax& syntax, Scan& scan) {
  Encoding encoding{.explicit_vr = syntax.explicit_vr, .big_endian = syntax.big_endian};
  const auto guess = guess_encoding(data);
  const bool declared = !scan.transfer_syntax_uid.empty() && syntax.known;
  if (!guess) {
    // Nothing declares it and its first tag tells nothing: two letters there are a representation.
    encoding.explicit_vr = (declared && syntax.explicit_vr) ||
                           (!declared && (data.size() < 8 || reads_as_vr(data, 4)));
    return encoding;
  }
  if (guess->explicit_vr != encoding.explicit_vr || guess->big_endian != encoding.big_endian) {
    scan.syntax_disagrees = declared;
    encoding = *guess;
  }
  return encoding;
}

}  // namespace

Result<Scanned> scan_object(BytesView bytes, const ScanLimits& limits, Keep keep) {
  Scanned out;
  Scan& scan = out.scan;
  OSLER_TRY(const Start start, find_start(bytes, out));
  scan.data_set_offset = start.offset;
  const TransferSyntax syntax = transfer_syntax(scan.transfer_syntax_uid);
  scan.syntax_known = syntax.known;
  BytesView data = bytes.subspan(start.offset);
  if (data.empty()) {
    return corrupt("cut short: a file meta header without a data set");
  }
  const auto plain = guess_encoding(data);
  if (syntax.deflated && !(plain && plain->explicit_vr)) {
    OSLER_TRY(out.inflated, inflate(data, limits));
    data = out.inflated;
    scan.deflated = true;
  }
  const Encoding encoding = choose_encoding(data, syntax, scan);
  scan.explicit_vr = encoding.explicit_vr;
  scan.big_endian = encoding.big_endian;
  const auto walked = tokenize({.data = data,
                                .encoding = encoding,
                                .limits = &limits,
                                .table = keep == Keep::Table ? &out.table : nullptr},
                               scan);
  if (!walked) {
    // Bytes that only looked like the start of a data set.
    return start.sure || scan.elements > 8 ? walked.error() : not_dicom(bytes);
  }
  OSLER_TRY_DO(check_geometry(scan, limits));
  return out;
}

Result<Scan> prescan(BytesView bytes, const ScanLimits& limits) {
  OSLER_TRY(const Scanned scanned, scan_object(bytes, limits, Keep::Nothing));
  return scanned.scan;
}

}  // namespace osler::dicom::io
