#include "dicom/decode/internal/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dicom_bytes.h"

namespace osler::dicom::decode {
namespace {

using test::DicomBytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using Form = DicomBytes::Form;

std::vector<float> values(Samples samples, std::string_view bytes) {
  samples.bytes = as_bytes(bytes);
  auto found = stored_values(samples);
  EXPECT_TRUE(found) << found.error().message;
  return found ? *std::move(found) : std::vector<float>{};
}

TEST(StoredValues, MaskOverlaysAndExtendSigns) {
  const std::string words = DicomBytes().u16(0xF123).u16(0x0FFF).u16(0x8800).str();
  const Samples twelve{
      .width = 3, .height = 1, .bits_allocated = 16, .bits_stored = 12, .high_bit = 11};
  Samples negative = twelve;
  negative.is_signed = true;
  Samples high = twelve;
  high.high_bit = 15;

  EXPECT_THAT(values(twelve, words), ElementsAre(0x123, 0xFFF, 0x800));
  EXPECT_THAT(values(negative, words), ElementsAre(0x123, -1, -2048));
  EXPECT_THAT(values(high, words), ElementsAre(0xF12, 0x0FF, 0x880));
}

TEST(StoredValues, ReadEveryLayout) {
  const Samples big{.width = 2,
                    .height = 1,
                    .bits_allocated = 16,
                    .bits_stored = 16,
                    .high_bit = 15,
                    .big_endian = true};
  const Samples planes{.width = 2, .height = 1, .channels = 3, .planar = true};
  const Samples wide{.width = 1,
                     .height = 1,
                     .bits_allocated = 32,
                     .bits_stored = 32,
                     .high_bit = 31,
                     .is_signed = true};
  const Samples bits{.width = 5,
                     .height = 1,
                     .bits_allocated = 1,
                     .bits_stored = 1,
                     .high_bit = 0,
                     .first_bit = 3};

  EXPECT_THAT(values(big, std::string_view("\x01\x02\x03\x04")), ElementsAre(0x102, 0x304));
  EXPECT_THAT(values(planes, std::string_view("\1\2\3\4\5\6")), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(values(wide, std::string_view("\xFE\xFF\xFF\xFF")), ElementsAre(-2));
  EXPECT_THAT(values(bits, std::string_view("\xA8")), ElementsAre(1, 0, 1, 0, 1));
}

struct Bad {
  const char* name;
  Samples samples;
  const char* message;
};
class StoredValuesRefuse : public ::testing::TestWithParam<Bad> {};

TEST_P(StoredValuesRefuse, SayingWhy) {
  Samples samples = GetParam().samples;
  samples.bytes = as_bytes("four");

  const auto found = stored_values(samples);

  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, StoredValuesRefuse,
    ::testing::Values(
        Bad{"NoRows", {.width = 3, .height = 0}, "without pixels"},
        Bad{"TooFew", {.width = 5, .height = 1}, "too few pixel bytes: 4 of 5"},
        Bad{"Huge", {.width = 1'000'000, .height = 1'000'000}, "too few"},
        Bad{"StoredAboveAllocated", {.width = 1, .height = 1, .bits_stored = 9}, "do not fit"},
        Bad{"NoneStored", {.width = 1, .height = 1, .bits_stored = 0}, "do not fit"},
        Bad{"HighBitTooHigh", {.width = 1, .height = 1, .high_bit = 8}, "do not fit"},
        Bad{"HighBitTooLow", {.width = 1, .height = 1, .high_bit = 3}, "do not fit"},
        Bad{"OddAllocation",
            {.width = 1, .height = 1, .bits_allocated = 12, .bits_stored = 12, .high_bit = 11},
            "12 bits allocated"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(YbrToRgb, KnowsThePrimaries) {
  // PS3.3 C.7.6.3.1.2 by hand: white, black, and full red (Y 76, Cb 85, Cr 255).
  std::vector<float> samples{255, 128, 128, 0, 128, 128, 76, 85, 255};

  ybr_to_rgb(samples, 8, false);

  EXPECT_THAT(samples, Pointwise(::testing::FloatNear(1.0F),
                                 {255.0F, 255.0F, 255.0F, 0.0F, 0.0F, 0.0F, 254.0F, 0.0F, 0.0F}));
}

io::File file_of(const DicomBytes& set) {
  auto file = io::File::parse(test::part10(test::kExplicit, set.str()));
  EXPECT_TRUE(file) << file.error().message;
  return *std::move(file);
}

TEST(Unpack, TakesOneFrameOfMany) {
  DicomBytes set;
  set.identity()
      .text(0x00280008, "IS", "2")
      .geometry(1, 2, 8, 8)
      .head(0x7FE00010, "OB", 4)
      .raw("abcd");

  const auto image = unpack(file_of(set), 1);

  ASSERT_TRUE(image);
  EXPECT_THAT(image->samples, ElementsAre('c', 'd'));
}

TEST(Unpack, SharesSubsampledColours) {
  DicomBytes set;
  set.identity()
      .us(0x00280002, 3)
      .text(0x00280004, "CS", "YBR_FULL_422")
      .us(0x00280010, 1)
      .us(0x00280011, 2);
  set.us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
  set.head(0x7FE00010, "OB", 4).raw("\x10\x20\x80\x80");

  const auto image = unpack(file_of(set), 0);

  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->photometric, clinical::Photometric::Rgb);
  EXPECT_THAT(image->samples, ElementsAre(16, 16, 16, 32, 32, 32));
}

TEST(Unpack, LooksColoursUp) {
  DicomBytes set;
  set.identity()
      .us(0x00280002, 1)
      .text(0x00280004, "CS", "PALETTE COLOR")
      .us(0x00280010, 1)
      .us(0x00280011, 3);
  set.us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
  for (std::uint32_t colour = 0; colour < 3; ++colour) {
    set.head(0x00281101 + colour, "US", 6).u16(2).u16(1).u16(16);
  }
  for (std::uint32_t colour = 0; colour < 3; ++colour) {
    set.head(0x00281201 + colour, "OW", 4).u16(100 + colour).u16(200 + colour);
  }
  // Before the first entry, the second entry, past the last.
  set.head(0x7FE00010, "OB", 4).raw(std::string("\x00\x02\x09\x00", 4));

  const auto image = unpack(file_of(set), 0);

  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->channels, 3U);
  EXPECT_EQ(image->bits_stored, 16);
  EXPECT_THAT(image->samples, ElementsAre(100, 101, 102, 200, 201, 202, 200, 201, 202));
}

TEST(Unpack, SaysWhenPixelsAreTooFew) {
  DicomBytes set;
  set.identity()
      .text(0x00280008, "IS", "3")
      .geometry(2, 2, 8, 8)
      .head(0x7FE00010, "OB", 6)
      .raw("abcdef");

  const auto image = unpack(file_of(set), 1);

  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(image.error().message, HasSubstr("frame 2 has 2 B of 4 B"));
}

}  // namespace
}  // namespace osler::dicom::decode
