#include "dicom/deidentify/internal/part10.h"

#include <zlib.h>

#include "dicom/io/transfer_syntax.h"

namespace osler::dicom::deidentify {
namespace {

using io::vr;

constexpr std::string_view kImplicitLittle = "1.2.840.10008.1.2";
constexpr std::string_view kExplicitLittle = "1.2.840.10008.1.2.1";
constexpr std::string_view kExplicitBig = "1.2.840.10008.1.2.2";
// Ours, in the space of UUIDs (PS3.5 B.2).
constexpr std::string_view kImplementationClass = "2.25.154203911384927356284510934857201946627";
constexpr std::string_view kImplementationVersion = "OSLER_DEID_1";

}  // namespace

Result<Target> choose_target(const io::Scan& scan) {
  const io::TransferSyntax declared = io::transfer_syntax(scan.transfer_syntax_uid);
  const bool says = !scan.transfer_syntax_uid.empty();
  if (scan.encapsulated && (!says || (declared.known && !declared.encapsulated()))) {
    return Error(ErrorCode::DataCorrupt,
                 "the pixel data is compressed, and no transfer syntax says how")
        .hint("write the file again with the transfer syntax of its pixels");
  }
  if (says && declared.big_endian == scan.big_endian) {
    return Target{.syntax_uid = scan.transfer_syntax_uid,
                  .encoding = {.explicit_vr = declared.explicit_vr, .big_endian = scan.big_endian},
                  .deflated = declared.deflated};
  }
  if (scan.big_endian && !scan.explicit_vr) {
    return Error(ErrorCode::NotSupported, "implicit big endian is no transfer syntax of DICOM");
  }
  const io::Encoding encoding{.explicit_vr = scan.explicit_vr, .big_endian = scan.big_endian};
  const auto uid = scan.big_endian    ? kExplicitBig
                   : scan.explicit_vr ? kExplicitLittle
                                      : kImplicitLittle;
  return Target{.syntax_uid = std::string(uid), .encoding = encoding};
}

void write_meta(Writer& writer, const Media& media, std::string_view syntax_uid) {
  constexpr io::Encoding kEncoding{.explicit_vr = true, .big_endian = false};
  constexpr std::size_t kPreamble = 128;
  Writer group(512);
  group.element(kEncoding, {0x0002, 0x0001}, vr("OB"), std::string_view("\0\1", 2));
  group.element(kEncoding, {0x0002, 0x0002}, vr("UI"), media.class_uid);
  group.element(kEncoding, {0x0002, 0x0003}, vr("UI"), media.instance_uid);
  group.element(kEncoding, {0x0002, 0x0010}, vr("UI"), syntax_uid);
  group.element(kEncoding, {0x0002, 0x0012}, vr("UI"), kImplementationClass);
  group.element(kEncoding, {0x0002, 0x0013}, vr("SH"), kImplementationVersion);
  std::string length(4, '\0');
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(group.bytes().size() >> (8 * i) & 0xFFU);
  }
  writer.raw(as_bytes(std::string(kPreamble, '\0').append("DICM")));
  writer.element(kEncoding, {0x0002, 0x0000}, vr("UL"), length);
  writer.raw(group.bytes());
}

Result<Bytes> deflate(BytesView bytes) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error(ErrorCode::Internal, "the data set cannot be deflated");
  }
  Bytes out(::deflateBound(&stream, bytes.size()));
  auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  stream.next_in = const_cast<unsigned char*>(in);  // zlib's interface; it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (status != Z_STREAM_END) {
    return Error(ErrorCode::Internal, "the data set cannot be deflated");
  }
  if (out.size() % 2 != 0) {
    out.push_back(std::byte{0});  // PS3.5 A.5
  }
  return out;
}

}  // namespace osler::dicom::deidentify
