#include "dicom/io/transfer_syntax.h"

#include <algorithm>
#include <array>

namespace osler::dicom::io {
namespace {

constexpr TransferSyntax plain(std::string_view uid, std::string_view name, bool explicit_vr,
                               bool big_endian, bool deflated = false) {
  return {.uid = uid,
          .name = name,
          .explicit_vr = explicit_vr,
          .big_endian = big_endian,
          .deflated = deflated};
}

constexpr TransferSyntax coded(std::string_view uid, std::string_view name, Codec codec,
                               bool lossy = false) {
  return {.uid = uid, .name = name, .codec = codec, .lossy = lossy};
}

#define OSLER_DICOM_TS "1.2.840.10008.1.2"
constexpr std::array kSyntaxes{
    plain(OSLER_DICOM_TS, "Implicit VR Little Endian", false, false),
    plain(OSLER_DICOM_TS ".1", "Explicit VR Little Endian", true, false),
    plain(OSLER_DICOM_TS ".1.98", "Encapsulated Uncompressed", true, false),
    plain(OSLER_DICOM_TS ".1.99", "Deflated Explicit VR Little Endian", true, false, true),
    plain(OSLER_DICOM_TS ".2", "Explicit VR Big Endian", true, true),
    plain("1.2.840.113619.5.2", "Implicit VR with big endian pixels (GE)", false, false),
    coded(OSLER_DICOM_TS ".4.50", "JPEG Baseline", Codec::Jpeg, true),
    coded(OSLER_DICOM_TS ".4.51", "JPEG Extended", Codec::Jpeg, true),
    coded(OSLER_DICOM_TS ".4.53", "JPEG Spectral Selection", Codec::Jpeg, true),
    coded(OSLER_DICOM_TS ".4.55", "JPEG Full Progression", Codec::Jpeg, true),
    coded(OSLER_DICOM_TS ".4.57", "JPEG Lossless", Codec::Jpeg),
    coded(OSLER_DICOM_TS ".4.70", "JPEG Lossless, First-Order Prediction", Codec::Jpeg),
    coded(OSLER_DICOM_TS ".4.80", "JPEG-LS Lossless", Codec::JpegLs),
    coded(OSLER_DICOM_TS ".4.81", "JPEG-LS Near-Lossless", Codec::JpegLs, true),
    coded(OSLER_DICOM_TS ".4.90", "JPEG 2000 Lossless", Codec::Jpeg2000),
    coded(OSLER_DICOM_TS ".4.91", "JPEG 2000", Codec::Jpeg2000, true),
    coded(OSLER_DICOM_TS ".4.100", "MPEG-2 Main Profile", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.101", "MPEG-2 High Level", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.102", "MPEG-4 High Profile", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.103", "MPEG-4 BD-compatible", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.104", "MPEG-4 High Profile 4.2, 2-D", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.105", "MPEG-4 High Profile 4.2, 3-D", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.106", "MPEG-4 Stereo High Profile", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.107", "HEVC Main Profile", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.108", "HEVC Main 10 Profile", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.110", "JPEG XL Lossless", Codec::Opaque),
    coded(OSLER_DICOM_TS ".4.111", "JPEG XL JPEG Recompression", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.112", "JPEG XL", Codec::Opaque, true),
    coded(OSLER_DICOM_TS ".4.201", "High-Throughput JPEG 2000 Lossless", Codec::Jpeg2000),
    coded(OSLER_DICOM_TS ".4.202", "High-Throughput JPEG 2000 RPCL", Codec::Jpeg2000),
    coded(OSLER_DICOM_TS ".4.203", "High-Throughput JPEG 2000", Codec::Jpeg2000, true),
    coded(OSLER_DICOM_TS ".5", "RLE Lossless", Codec::Rle),
    coded(OSLER_DICOM_TS ".8.1", "Deflated Image Frame", Codec::DeflatedFrame),
};
#undef OSLER_DICOM_TS

}  // namespace

TransferSyntax transfer_syntax(std::string_view uid) {
  const auto* found = std::ranges::find(kSyntaxes, uid, &TransferSyntax::uid);
  if (found != kSyntaxes.end()) {
    return *found;
  }
  return {.name = "unknown transfer syntax", .codec = Codec::Opaque, .known = false};
}

}  // namespace osler::dicom::io
