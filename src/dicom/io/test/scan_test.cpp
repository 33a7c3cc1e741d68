#include "dicom/io/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "dicom/io/file.h"
#include "tests/support/dicom_bytes.h"

namespace osler::dicom::io {
namespace {

using test::DicomBytes;
using test::part10;
using ::testing::HasSubstr;
using Form = DicomBytes::Form;

std::string image_set(Form form = Form::Explicit) {
  DicomBytes set(form);
  set.identity().geometry(2, 3, 8, 8).head(0x7FE00010, "OW", 6).raw("abcdef");
  return set.str();
}

std::string deflated(const std::string& text, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<unsigned char*>(in.data());
  stream.avail_in = static_cast<unsigned>(in.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// `levels` sequences inside each other, all of undefined length, none of them closed.
std::string nested(std::size_t levels) {
  DicomBytes set;
  set.identity();
  for (std::size_t i = 0; i < levels; ++i) {
    set.head(0x00081140, "SQ", 0xFFFFFFFF).item(0xFFFFFFFF);
  }
  return set.str();
}

TEST(Prescan, SeesWhatAFileHolds) {
  const auto scan = prescan(part10(test::kExplicit, image_set()));

  ASSERT_TRUE(scan) << scan.error().message;
  EXPECT_TRUE(scan->has_preamble);
  EXPECT_TRUE(scan->has_meta_header);
  EXPECT_EQ(scan->transfer_syntax_uid, test::kExplicit);
  EXPECT_EQ(scan->rows, 2U);
  EXPECT_EQ(scan->columns, 3U);
  EXPECT_EQ(scan->frames, 1U);
  EXPECT_EQ(scan->pixel_bytes, 6U);
  EXPECT_EQ(scan->elements, 12U);
  EXPECT_EQ(scan->deepest, 0U);
}

struct Accepted {
  const char* name;
  Bytes bytes;
};
class PrescanAccepts : public ::testing::TestWithParam<Accepted> {};

TEST_P(PrescanAccepts, TheSameImageInEveryWrapping) {
  const auto file = File::parse(GetParam().bytes);

  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->instance().modality, "DX");
  EXPECT_EQ(file->instance().sop_instance_uid, "1.2.3.4");
  EXPECT_EQ(file->pixels().rows, 2U);
  const auto pixels = file->plain_pixels();
  ASSERT_TRUE(pixels);
  EXPECT_EQ(as_text(*pixels), "abcdef");
}

Bytes bare(const std::string& set) {
  return DicomBytes().raw(set).bytes();
}
std::string group_length(Form form) {
  return DicomBytes(form).head(0x00080000, "UL", 4).u32(99).str();
}

INSTANTIATE_TEST_SUITE_P(
    Forms, PrescanAccepts,
    ::testing::Values(
        Accepted{"Explicit", part10(test::kExplicit, image_set())},
        Accepted{"Implicit", part10(test::kImplicit, image_set(Form::Implicit))},
        Accepted{"BigEndian", part10(test::kBigEndian, image_set(Form::BigEndian))},
        Accepted{"Deflated", part10(test::kDeflated, deflated(image_set(), -15))},
        Accepted{"DeflatedWithZlibHeader", part10(test::kDeflated, deflated(image_set(), 15))},
        Accepted{"DeflatedInNameOnly", part10(test::kDeflated, image_set())},
        Accepted{"ImplicitCalledExplicit", part10(test::kExplicit, image_set(Form::Implicit))},
        Accepted{"ExplicitCalledBigEndian", part10(test::kBigEndian, image_set())},
        Accepted{"UnknownSyntax", part10("1.2.3.4.5", image_set())},
        Accepted{"NoSyntax", part10("", image_set(Form::Implicit))},
        Accepted{"NoPreambleExplicit", bare(image_set())},
        Accepted{"NoPreambleImplicit", bare(image_set(Form::Implicit))},
        Accepted{"NoPreambleBigEndian", bare(image_set(Form::BigEndian))},
        Accepted{"GroupLengthThatLies",
                 part10(test::kExplicit, group_length(Form::Explicit) + image_set())},
        Accepted{"ZerosAfterTheEnd", part10(test::kExplicit, image_set() + std::string(37, '\0'))},
        Accepted{"TextAfterTheEnd", part10(test::kExplicit, image_set() + "<html>not ours</html>")},
        Accepted{"TrailingPadding",
                 part10(test::kExplicit,
                        image_set() + DicomBytes().head(0xFFFCFFFC, "OB", 4).raw("pads").str())},
        Accepted{
            "DuplicateElement",
            part10(test::kExplicit, DicomBytes().identity().text(0x00080060, "CS", "CT").str() +
                                        DicomBytes()
                                            .geometry(2, 3, 8, 8)
                                            .head(0x7FE00010, "OW", 6)
                                            .raw("abcdef")
                                            .str())},
        Accepted{"UnorderedElements", part10(test::kExplicit, DicomBytes()
                                                                  .geometry(2, 3, 8, 8)
                                                                  .identity()
                                                                  .head(0x7FE00010, "OW", 6)
                                                                  .raw("abcdef")
                                                                  .str())}),
    [](const auto& row) { return std::string(row.param.name); });

struct Refused {
  const char* name;
  Bytes bytes;
  ErrorCode code;
  const char* message;
};
class PrescanRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(PrescanRefuses, SayingWhy) {
  const auto& row = GetParam();

  const auto scan = prescan(row.bytes);

  ASSERT_FALSE(scan);
  EXPECT_EQ(scan.error().code, row.code);
  EXPECT_THAT(scan.error().message, HasSubstr(row.message));
  EXPECT_FALSE(File::parse(row.bytes));
}

Bytes broken(const DicomBytes& rest) {
  return part10(test::kExplicit, DicomBytes().identity().str() + rest.str());
}
Bytes sized(std::uint32_t rows, std::uint32_t columns, const char* frames = "1") {
  return broken(DicomBytes()
                    .text(0x00280008, "IS", frames)
                    .geometry(rows, columns, 16, 16)
                    .head(0x7FE00010, "OW", 2)
                    .u16(0));
}
constexpr auto kCorrupt = ErrorCode::DataCorrupt;
constexpr auto kNot = ErrorCode::NotSupported;

INSTANTIATE_TEST_SUITE_P(
    Inputs, PrescanRefuses,
    ::testing::Values(
        Refused{"Empty", {}, kCorrupt, "an empty file"},
        Refused{"Text", bare("Dear colleague, thank you for the films."), kNot,
                "not DICOM but text"},
        Refused{"Png", bare("\x89PNG\r\n\x1a\n more"), kNot, "not DICOM but a PNG picture"},
        Refused{"Jpeg", bare("\xFF\xD8\xFF\xE0 more of it"), kNot, "a JPEG picture"},
        Refused{"Zip", bare("PK\x03\x04 more of it"), kNot, "a ZIP archive"},
        Refused{"Noise", bare("\x01\x02\x03\x7F\x05\x06\x07\x08\x90\x91\x92"), kNot, "not DICOM"},
        Refused{"OneByte", bare("\x01"), kNot, "not DICOM"},
        Refused{"OnlyAMetaHeader", part10(test::kExplicit, ""), kCorrupt, "without a data set"},
        Refused{"CutMetaHeader", bare(std::string(128, '\0') + "DICM\x02\x10UI\x40"), kCorrupt,
                "cut short"},
        Refused{"CutPixels",
                broken(DicomBytes()
                           .geometry(100, 100, 16, 16)
                           .head(0x7FE00010, "OW", 20000)
                           .raw(std::string(9000, 'x'))),
                kCorrupt, "cut short: 9 kB of 20 kB of pixel data"},
        Refused{"CutElement", broken(DicomBytes().head(0x00100010, "PN", 64).raw("Doe^J")),
                kCorrupt, "cut short: (0010,0010) should have 64 B and 5 B are left"},
        Refused{"CutHead", broken(DicomBytes().tag(0x00100010).raw("P")), kCorrupt, "cut short"},
        Refused{"UndefinedLengthOfText",
                broken(DicomBytes().tag(0x00400000).raw("UT").u16(0).u32(0xFFFFFFFF)), kCorrupt,
                "undefined length"},
        Refused{"UnclosedSequence",
                broken(DicomBytes().head(0x00081140, "SQ", 0xFFFFFFFF).item(0xFFFFFFFF)), kCorrupt,
                "a sequence has no end"},
        Refused{"SequenceTooLong", broken(DicomBytes().head(0x00081140, "SQ", 500).item(8)),
                kCorrupt, "cut short"},
        Refused{
            "ItemTooLong",
            broken(
                DicomBytes().head(0x00081140, "SQ", 16).item(99).raw("12345678").us(0x00200013, 1)),
            kCorrupt, "longer than the sequence"},
        Refused{"ElementTooLongForItem",
                broken(DicomBytes()
                           .head(0x00081140, "SQ", 16)
                           .item(8)
                           .head(0x00080060, "CS", 40)
                           .raw(std::string(60, ' '))),
                kCorrupt, "longer than the sequence that holds it"},
        Refused{"NoItemsInSequence",
                broken(DicomBytes().head(0x00081140, "SQ", 8).text(0x00080060, "CS", "")), kCorrupt,
                "other than items"},
        Refused{"StrayItemEnd", broken(DicomBytes().item_end()), kCorrupt, "stray"},
        Refused{"StraySequenceEnd", broken(DicomBytes().sequence_end()), kCorrupt, "stray"},
        Refused{"NoRepresentation", broken(DicomBytes().tag(0x00100010).raw("\x01\x02\x03\x04")),
                kCorrupt, "no value representation"},
        Refused{"UnclosedFragments",
                broken(DicomBytes()
                           .geometry(2, 2, 8, 8)
                           .head(0x7FE00010, "OB", 0xFFFFFFFF)
                           .item(0)
                           .item(2)
                           .raw("ab")),
                kCorrupt, "has no end"},
        Refused{"CutFragment",
                broken(DicomBytes()
                           .geometry(2, 2, 8, 8)
                           .head(0x7FE00010, "OB", 0xFFFFFFFF)
                           .item(0)
                           .item(2000)
                           .raw("ab")),
                kCorrupt, "of pixel data"},
        Refused{"ForeignFragment",
                broken(DicomBytes()
                           .geometry(2, 2, 8, 8)
                           .head(0x7FE00010, "OB", 0xFFFFFFFF)
                           .us(0x00280010, 1)),
                kCorrupt, "other than fragments"},
        Refused{"Deep", part10(test::kExplicit, nested(65)), kCorrupt,
                "nested deeper than 64 levels"},
        Refused{"VeryDeep", part10(test::kExplicit, nested(300'000)), kCorrupt,
                "nested deeper than 64 levels"},
        Refused{"HugeImage", sized(65'535, 65'535), kCorrupt, "too large"},
        Refused{"ManyFrames", sized(8, 8, "10001"), kCorrupt, "more than 10,000 frames"},
        Refused{"AbsurdFrames", sized(8, 8, "99999999999999999999"), kCorrupt,
                "more than 10,000 frames"},
        Refused{"HugeVolume", sized(8'000, 8'000, "9999"), kCorrupt,
                "pixel data of 1.3 TB is too large"},
        Refused{"CutDeflate", part10(test::kDeflated, deflated(image_set(), -15).substr(0, 40)),
                kCorrupt, "cut short"},
        Refused{"BrokenDeflate", part10(test::kDeflated, std::string(64, '\x07')), kCorrupt,
                "deflated data set is broken"},
        Refused{"Bomb", part10(test::kDeflated, deflated(std::string(70'000'000, '\0'), -15)),
                kCorrupt, "inflate to more than 67.1 MB"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Prescan, AcceptsSixtyFourLevels) {
  DicomBytes set;
  set.identity();
  for (int i = 0; i < 64; ++i) {
    set.head(0x00081140, "SQ", 0xFFFFFFFF).item(0xFFFFFFFF);
  }
  for (int i = 0; i < 64; ++i) {
    set.item_end().sequence_end();
  }

  const auto scan = prescan(part10(test::kExplicit, set.str()));

  ASSERT_TRUE(scan) << scan.error().message;
  EXPECT_EQ(scan->deepest, 64U);
}

TEST(Prescan, CountsDepthInsideUnknownRepresentations) {
  // CP-246: a sequence of a private dictionary travels as UN with implicit little endian inside.
  DicomBytes inner(Form::Implicit);
  std::string set;
  for (int i = 0; i < 70; ++i) {
    const auto length = static_cast<std::uint32_t>(set.size());
    DicomBytes outer(Form::Implicit);
    set = outer.head(0x00091001, "", length + 8).item(length).raw(set).str();
  }
  const auto length = static_cast<std::uint32_t>(set.size());
  const auto scan =
      prescan(broken(DicomBytes().head(0x00091001, "UN", length + 8).item(length).raw(set)));

  ASSERT_FALSE(scan);
  EXPECT_THAT(scan.error().message, HasSubstr("nested deeper"));
}

TEST(Prescan, LeavesUnknownBytesThatOnlyLookLikeASequence) {
  const auto file = File::parse(
      broken(DicomBytes().head(0x00091001, "UN", 12).item(400).raw("abcd").us(0x00280010, 7)));

  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->number({0x0028, 0x0010}), 7.0);
}

TEST(Prescan, StopsAtTheElementLimit) {
  const auto scan = prescan(part10(test::kExplicit, image_set()), {.elements = 5});

  ASSERT_FALSE(scan);
  EXPECT_THAT(scan.error().message, HasSubstr("more than 5 data elements"));
}

TEST(Prescan, NoticesAProgramInThePreamble) {
  Bytes file = part10(test::kExplicit, image_set());
  file[0] = std::byte{'M'};
  file[1] = std::byte{'Z'};

  const auto scan = prescan(file);

  ASSERT_TRUE(scan);
  EXPECT_TRUE(scan->executable_preamble);
}

// Cut anywhere, the outcome is a scan or a sentence, never a crash.
TEST(Prescan, SurvivesTruncationAtEveryByte) {
  DicomBytes set;
  set.identity()
      .head(0x00081140, "SQ", 0xFFFFFFFF)
      .item(0xFFFFFFFF)
      .us(0x00080008, 1)
      .item_end()
      .sequence_end();
  set.geometry(2, 2, 8, 8)
      .head(0x7FE00010, "OB", 0xFFFFFFFF)
      .item(4)
      .u32(0)
      .item(2)
      .raw("ab")
      .sequence_end();
  for (const auto syntax : {test::kExplicit, test::kImplicit, test::kBigEndian, test::kRle}) {
    const Bytes whole = part10(syntax, set.str());
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto file = File::parse(BytesView(whole).first(length));
      if (!file) {
        EXPECT_FALSE(file.error().message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace osler::dicom::io
