#include "dicom/codecs/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dicom_bytes.h"
#include "tests/support/pictures.h"

namespace osler::dicom::codecs {
namespace {

using decode::Colour;
using decode::WireRequest;
using decode::Work;
using test::DicomBytes;
using ::testing::HasSubstr;

WireRequest request(Work work, std::uint32_t rows, std::uint32_t columns, std::uint16_t bits,
                    std::uint16_t samples = 1) {
  WireRequest head{.work = work,
                   .rows = rows,
                   .columns = columns,
                   .samples = samples,
                   .bits_allocated = bits,
                   .bits_stored = bits,
                   .high_bit = static_cast<std::uint16_t>(bits - 1)};
  head.photometric.set(samples == 3 ? "RGB" : "MONOCHROME2");
  return head;
}

// A header of segments (PS3.5 G.5) and the segments.
std::string rle(const std::vector<std::string>& segments) {
  DicomBytes out;
  out.u32(static_cast<std::uint32_t>(segments.size()));
  std::uint32_t at = 64;
  for (std::size_t i = 0; i < 15; ++i) {
    out.u32(i < segments.size() ? at : 0);
    at += i < segments.size() ? static_cast<std::uint32_t>(segments[i].size()) : 0;
  }
  for (const auto& segment : segments) {
    out.raw(segment);
  }
  return out.str();
}

TEST(Rle, UnpacksRunsAndLiterals) {
  // 3 times 'a' (1 - 3 = -2 = 0xFE), then "bcd" (3 - 1 = 2).
  const auto decoded = decode_codestream(request(Work::Rle, 2, 3, 8), as_bytes(rle({"\xFE"
                                                                                    "a\x02"
                                                                                    "bcd"})));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(as_text(decoded->samples), "aaabcd");
}

TEST(Rle, PutsTheBytesOfAWordTogether) {
  const auto decoded = decode_codestream(request(Work::Rle, 1, 2, 16), as_bytes(rle({"\x01"
                                                                                     "AB",
                                                                                     "\x01"
                                                                                     "ab"})));

  ASSERT_TRUE(decoded);
  EXPECT_EQ(as_text(decoded->samples), "aAbB");
}

TEST(Rle, InterleavesColours) {
  const auto decoded = decode_codestream(request(Work::Rle, 1, 2, 8, 3), as_bytes(rle({"\x01"
                                                                                       "rR",
                                                                                       "\x01"
                                                                                       "gG",
                                                                                       "\x01"
                                                                                       "bB"})));

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->head.colour, Colour::Rgb);
  EXPECT_EQ(as_text(decoded->samples), "rgbRGB");
}

struct Bad {
  const char* name;
  WireRequest head;
  std::string bytes;
  ErrorCode code;
};
class CodecRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(CodecRefuses, WithoutHarm) {
  prepare();

  const auto decoded = decode_codestream(GetParam().head, as_bytes(GetParam().bytes));

  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, GetParam().code);
  EXPECT_FALSE(decoded.error().message.empty());
}

WireRequest of_syntax(Work work, const char* uid) {
  auto head = request(work, 4, 4, 16);
  head.syntax.set(uid);
  return head;
}
const std::string kPng = test::png(4, 4, 8, 0, std::string(16, 'x'));
const std::string kJpeg = test::jpeg(16, 16, std::string(256, 'x'));

INSTANTIATE_TEST_SUITE_P(
    Inputs, CodecRefuses,
    ::testing::Values(
        Bad{"RleEmpty", request(Work::Rle, 2, 2, 8), "", ErrorCode::DataCorrupt},
        Bad{"RleOtherSegments", request(Work::Rle, 2, 2, 16),
            rle({"\x03"
                 "abcd"}),
            ErrorCode::DataCorrupt},
        Bad{"RleTooShort", request(Work::Rle, 2, 3, 8),
            rle({"\x02"
                 "bcd"}),
            ErrorCode::DataCorrupt},
        Bad{"RleLiteralPastTheEnd", request(Work::Rle, 2, 3, 8),
            rle({"\x05"
                 "bcd"}),
            ErrorCode::DataCorrupt},
        Bad{"RleOffsetOutside", request(Work::Rle, 1, 1, 8),
            DicomBytes().u32(1).u32(9999).raw(std::string(56, '\0')).str(), ErrorCode::DataCorrupt},
        Bad{"RleNoRows", request(Work::Rle, 0, 3, 8),
            rle({"\x02"
                 "bcd"}),
            ErrorCode::DataCorrupt},
        Bad{"RleHuge", request(Work::Rle, 65'535, 65'535, 16), rle({"a", "b"}),
            ErrorCode::DataCorrupt},
        Bad{"DeflateBroken", request(Work::DeflatedFrame, 2, 2, 8), "\x07\x07\x07",
            ErrorCode::DataCorrupt},
        Bad{"JpegEmpty", of_syntax(Work::Jpeg, "1.2.840.10008.1.2.4.70"), "",
            ErrorCode::DataCorrupt},
        Bad{"JpegNoise", of_syntax(Work::Jpeg, "1.2.840.10008.1.2.4.70"), "noise, not a codestream",
            ErrorCode::DataCorrupt},
        Bad{"JpegLsNoise", of_syntax(Work::JpegLs, "1.2.840.10008.1.2.4.80"),
            "noise, not a codestream", ErrorCode::DataCorrupt},
        Bad{"Jpeg2000Empty", of_syntax(Work::Jpeg2000, "1.2.840.10008.1.2.4.90"), "",
            ErrorCode::DataCorrupt},
        Bad{"Jpeg2000Noise", of_syntax(Work::Jpeg2000, "1.2.840.10008.1.2.4.90"),
            "\xFF\x4F\xFF\x51 noise", ErrorCode::DataCorrupt},
        Bad{"NoPicture", request(Work::Picture, 0, 0, 0), "GIF89a", ErrorCode::NotSupported},
        Bad{"PngCut", request(Work::Picture, 0, 0, 0), kPng.substr(0, kPng.size() - 20),
            ErrorCode::DataCorrupt},
        Bad{"PngHuge", request(Work::Picture, 0, 0, 0), test::png(60'000, 60'000, 8, 0, "x"),
            ErrorCode::DataCorrupt},
        Bad{"JpegCut", request(Work::Picture, 0, 0, 0), kJpeg.substr(0, kJpeg.size() - 12),
            ErrorCode::DataCorrupt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Png, KeepsSixteenBits) {
  const auto decoded = decode_codestream(request(Work::Picture, 0, 0, 0),
                                         as_bytes(test::png(2, 1, 16, 0, "\x12\x34\xAB\xCD")));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->head.precision, 16);
  EXPECT_EQ(as_text(decoded->samples), "\x34\x12\xCD\xAB");
}

TEST(Png, DropsTransparency) {
  const auto decoded = decode_codestream(request(Work::Picture, 0, 0, 0),
                                         as_bytes(test::png(2, 1, 8, 6, "rgbaRGBA")));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->head.channels, 3);
  EXPECT_EQ(as_text(decoded->samples), "rgbRGB");
}

TEST(Png, WidensBits) {
  const auto decoded =
      decode_codestream(request(Work::Picture, 0, 0, 0), as_bytes(test::png(4, 1, 1, 0, "\xA0")));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(as_text(decoded->samples), std::string_view("\xFF\x00\xFF\x00", 4));
}

TEST(JpegPicture, IsGrey) {
  const auto decoded = decode_codestream(request(Work::Picture, 0, 0, 0), as_bytes(kJpeg));

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->head.width, 16U);
  EXPECT_EQ(decoded->head.channels, 1);
  EXPECT_NEAR(std::to_integer<int>(decoded->samples[100]), 'x', 1);
}

}  // namespace
}  // namespace osler::dicom::codecs
