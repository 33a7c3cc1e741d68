#include "dicom/io/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dicom_bytes.h"

namespace osler::dicom::io {
namespace {

using test::DicomBytes;
using test::part10;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

File parsed(const DicomBytes& set, std::string_view syntax = test::kExplicit) {
  auto file = File::parse(part10(syntax, set.str()));
  EXPECT_TRUE(file) << file.error().message;
  return *std::move(file);
}

TEST(File, TellsAnInstance) {
  DicomBytes set;
  set.text(0x00080005, "CS", "ISO_IR 100").identity().text(0x00080020, "DA", "20200615");
  set.text(0x00080070, "LO", "ACME ")
      .text(0x00081030, "LO",
            "Thorax \xFC"
            "berpr\xFC"
            "ft");
  set.text(0x00100010, "PN", "M\xFCller^Jan")
      .text(0x00100030, "DA", "19800615")
      .text(0x00100040, "CS", "m");
  set.text(0x00180015, "CS", "chest").text(0x00180060, "DS", "125").text(0x00181152, "IS", "3");
  set.text(0x00185101, "CS", "PA").text(0x00181164, "DS", "0.15\\0.2");
  const File file = parsed(set);

  const auto& instance = file.instance();

  EXPECT_EQ(instance.patient_name, "Müller^Jan");
  EXPECT_EQ(instance.study_description, "Thorax überprüft");
  EXPECT_EQ(instance.patient_sex, "M");
  EXPECT_EQ(instance.body_part, "CHEST");
  EXPECT_EQ(instance.view_position, "PA");
  EXPECT_EQ(instance.manufacturer, "ACME");
  EXPECT_EQ(instance.kvp, 125.0);
  EXPECT_EQ(instance.exposure_mas, 3.0);
  EXPECT_EQ(instance.row_spacing_mm, 0.15);
  EXPECT_EQ(instance.column_spacing_mm, 0.2);
  EXPECT_EQ(instance.frames, 0);
  ASSERT_TRUE(instance.age_years);
  EXPECT_NEAR(*instance.age_years, 40.0, 0.01);
}

TEST(File, PrefersPixelSpacingAndThePatientsAge) {
  DicomBytes set;
  set.identity()
      .text(0x00101010, "AS", "018M")
      .text(0x00181164, "DS", "0.2\\0.2")
      .text(0x00280030, "DS", "0.1\\0.1");
  const File file = parsed(set);

  EXPECT_EQ(file.instance().age_years, 1.5);
  EXPECT_EQ(file.instance().row_spacing_mm, 0.1);
}

TEST(File, DescribesLooksOfAFrame) {
  DicomBytes set;
  set.identity()
      .geometry(2, 2, 16, 12)
      .text(0x00281050, "DS", "40\\80")
      .text(0x00281051, "DS", "400\\100");
  set.text(0x00281052, "DS", "-1024").text(0x00281053, "DS", "2").text(0x00281056, "CS", "SIGMOID");
  DicomBytes lut;
  lut.head(0x00283002, "US", 6).u16(2).u16(7).u16(16).head(0x00283006, "OW", 4).u16(3).u16(500);
  const auto length = static_cast<std::uint32_t>(lut.str().size());
  set.head(0x00283010, "SQ", length + 8)
      .item(length)
      .raw(lut.str())
      .head(0x7FE00010, "OW", 8)
      .raw("12345678");

  const auto image = parsed(set).describe(0);

  EXPECT_EQ(image.width, 2U);
  EXPECT_EQ(image.bits_stored, 12);
  EXPECT_EQ(image.rescale_slope, 2.0);
  EXPECT_EQ(image.rescale_intercept, -1024.0);
  ASSERT_TRUE(image.window);
  EXPECT_EQ(image.window->centre, 40.0);
  EXPECT_EQ(image.window->width, 400.0);
  EXPECT_TRUE(image.window->sigmoid);
  ASSERT_TRUE(image.voi_lut);
  EXPECT_EQ(image.voi_lut->first_value, 7);
  EXPECT_THAT(image.voi_lut->entries, ElementsAre(3, 500));
}

TEST(File, FactsNameNoPerson) {
  DicomBytes set;
  set.identity()
      .text(0x00080050, "SH", "ACC77")
      .text(0x00080070, "LO", "ACME")
      .text(0x00080090, "PN", "Ref^Doc");
  set.text(0x0008103E, "LO", "CHEST PA").text(0x00081040, "LO", "Ward of Mary Doeling");
  set.text(0x00090010, "LO", "ACME 1").text(0x00091001, "LO", "mode 3");
  set.text(0x00100010, "PN", "Doeling^Mary")
      .text(0x00100020, "LO", "P-1234")
      .text(0x00100030, "DA", "19800101");
  set.text(0x00104000, "LT", "a comment")
      .text(0x00181030, "LO", "lung protocol")
      .text(0x00180060, "DS", "120");
  set.text(0x00181400, "LO", "nodule: yes")
      .text(0x00204000, "LT", "seen for P-1234")
      .geometry(4, 4, 16, 12);

  const auto facts = parsed(set).header_facts();

  EXPECT_THAT(facts, Contains(Pair("Manufacturer", "ACME")));
  EXPECT_THAT(facts, Contains(Pair("SeriesDescription", "CHEST PA")));
  EXPECT_THAT(facts, Contains(Pair("ProtocolName", "lung protocol")));
  EXPECT_THAT(facts, Contains(Pair("AcquisitionDeviceProcessingDescription", "nodule: yes")));
  EXPECT_THAT(facts, Contains(Pair("KVP", "120")));
  EXPECT_THAT(facts, Contains(Pair("Rows", "4")));
  EXPECT_THAT(facts, Contains(Pair("Private_ACME 1_00091001", "mode 3")));
  for (const char* absent : {"PatientName", "PatientID", "PatientBirthDate", "AccessionNumber",
                             "SOPInstanceUID", "ReferringPhysicianName", "PatientComments",
                             "InstitutionalDepartmentName", "ImageComments"}) {
    EXPECT_THAT(facts, Not(Contains(Key(absent))));
  }
}

TEST(File, TellsFramesApart) {
  struct Case {
    std::string name;
    std::vector<std::string> fragments;
    std::string offsets;
    std::vector<std::string> second;
  };
  const std::string begin = "\xFF\xD8";
  const std::vector<Case> cases{
      {"one fragment a frame", {"aaaa", "bb"}, "", {"bb"}},
      {"an offset table", {"aaaa", "bb", "cc"}, DicomBytes().u32(0).u32(12).str(), {"bb", "cc"}},
      {"codestreams' beginnings", {begin + "aa", begin + "bb", "cc"}, "", {begin + "bb", "cc"}},
      {"a table that lies",
       {begin + "aa", "bb", begin + "cc"},
       DicomBytes().u32(0).u32(5).str(),
       {begin + "cc"}}};
  for (const auto& one : cases) {
    DicomBytes set;
    set.identity()
        .text(0x00280008, "IS", "2")
        .geometry(2, 2, 8, 8)
        .head(0x7FE00010, "OB", 0xFFFFFFFF);
    set.item(static_cast<std::uint32_t>(one.offsets.size())).raw(one.offsets);
    for (const auto& fragment : one.fragments) {
      set.item(static_cast<std::uint32_t>(fragment.size())).raw(fragment);
    }
    const File file = parsed(set.sequence_end(), test::kJpegLossless);

    const auto found = file.fragments(1);

    ASSERT_TRUE(found) << one.name << ": " << found.error().message;
    std::vector<std::string> texts;
    for (const auto& piece : *found) {
      texts.emplace_back(as_text(piece));
    }
    EXPECT_EQ(texts, one.second) << one.name;
    EXPECT_FALSE(file.fragments(2));
  }
}

TEST(File, ExpandsSegmentedPalettes) {
  DicomBytes set;
  set.identity().geometry(1, 1, 8, 8);
  for (std::uint32_t colour = 0; colour < 3; ++colour) {
    set.head(0x00281101 + colour, "US", 6).u16(8).u16(0).u16(16);
  }
  for (std::uint32_t colour = 0; colour < 3; ++colour) {
    // Two values, a line of two steps to 300, then both segments once more.
    set.head(0x00281221 + colour, "OW", 22).u16(0).u16(2).u16(10).u16(100).u16(1).u16(2).u16(300);
    set.u16(2).u16(2).u16(0).u16(0);
  }

  const auto palette = parsed(set).palette();

  ASSERT_TRUE(palette) << palette.error().message;
  EXPECT_THAT(palette->red, ElementsAre(10, 100, 200, 300, 10, 100, 200, 300));
}

TEST(File, ReadsKnownElementsThatTravelAsUnknown) {
  DicomBytes set;
  set.identity().text(0x00180060, "UN", "120").head(0x00280010, "UN", 2).u16(7);

  const File file = parsed(set);

  EXPECT_EQ(file.instance().kvp, 120.0);
  EXPECT_EQ(file.number({0x0028, 0x0010}), 7.0);
  EXPECT_THAT(file.header_facts(), Contains(Pair("KVP", "120")));
}

TEST(File, SaysWhatCannotBeStored) {
  const File directory = parsed(DicomBytes().text(0x00080016, "UI", "1.2.840.10008.1.3.10"));
  const File nameless = parsed(DicomBytes().text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"));

  const auto listing = directory.check_storable();
  const auto unnamed = nameless.check_storable();

  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().code, ErrorCode::NotSupported);
  ASSERT_FALSE(unnamed);
  EXPECT_THAT(unnamed.error().message, HasSubstr("no SOP Instance UID"));
  EXPECT_TRUE(parsed(DicomBytes().identity()).check_storable());
}

TEST(File, GivesItsBytesBack) {
  const Bytes bytes = part10(test::kExplicit, DicomBytes().identity().str());
  auto file = File::parse(bytes);
  ASSERT_TRUE(file);

  EXPECT_EQ(std::move(*file).release(), bytes);
}

}  // namespace
}  // namespace osler::dicom::io
