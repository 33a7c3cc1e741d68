#include <gtest/gtest.h>

#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/test/objects.h"

namespace osler::dicom::deidentify {
namespace {

using testing::DataSet;
using testing::part10;
using testing::pseudonyms;
using testing::Read;

struct Picture {
  const char* name;
  const char* sop_class;  // the last part of it
  const char* image_type;
  const char* modality;
  const char* conversion;
  const char* declared;
  bool may;
};
class BurnedIn : public ::testing::TestWithParam<Picture> {};

TEST_P(BurnedIn, IsJudgedByTheHeader) {
  const auto& picture = GetParam();
  DataSet data;
  data.put(0x00080008, "CS", picture.image_type)
      .put(0x00080016, "UI", std::string("1.2.840.10008.5.1.4.1.1.") + picture.sop_class)
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00080060, "CS", picture.modality)
      .put(0x00080064, "CS", picture.conversion)
      .put(0x00280301, "CS", picture.declared)
      .put(0x7FE00010, "OW", "PIXELS");
  const auto copy = deidentify(part10(data), Profile::research(), pseudonyms());

  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->may_carry_burned_in_text, picture.may) << copy->burned_in_reason;
  EXPECT_EQ(copy->burned_in_reason.empty(), !picture.may);
  const Read read(copy->bytes);
  EXPECT_EQ(read.text(0x00120062), picture.may ? "NO" : "YES");
  EXPECT_EQ(read.text(0x00280301), picture.declared);
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, BurnedIn,
    ::testing::Values(
        Picture{"CtSlice", "2", "ORIGINAL\\PRIMARY\\AXIAL", "CT", "", "", false},
        Picture{"CtScout", "2", "ORIGINAL\\PRIMARY\\LOCALIZER", "CT", "", "", true},
        Picture{"CtScoutWithout", "2", "ORIGINAL\\PRIMARY\\LOCALIZER", "CT", "", "NO", false},
        Picture{"CtScreen", "2", "DERIVED\\SECONDARY\\SCREEN SAVE", "CT", "", "", true},
        Picture{"CtThatSaysYes", "2", "ORIGINAL\\PRIMARY\\AXIAL", "CT", "", "YES", true},
        Picture{"Film", "1.1", "ORIGINAL\\PRIMARY", "DX", "", "NO", false},
        Picture{"FilmThatSaysNothing", "1", "ORIGINAL\\PRIMARY", "CR", "", "", true},
        Picture{"ScannedFilm", "1", "ORIGINAL\\PRIMARY", "CR", "DF", "NO", true},
        Picture{"Ultrasound", "6.1", "ORIGINAL\\PRIMARY", "US", "", "NO", true},
        Picture{"Capture", "7", "DERIVED\\SECONDARY", "CT", "", "NO", true},
        Picture{"SlideLabel", "77.1.6", "ORIGINAL\\PRIMARY\\LABEL\\NONE", "SM", "", "NO", true},
        Picture{"Slide", "77.1.6", "ORIGINAL\\PRIMARY\\VOLUME\\NONE", "SM", "", "NO", false},
        Picture{"Segmentation", "66.4", "DERIVED\\PRIMARY", "SEG", "", "", false}),
    [](const auto& row) { return std::string(row.param.name); });

// Overlay bits above the stored ones stay in the pixels when the overlay's header goes.
TEST(BurnedInText, OverlaysWithinThePixelsCount) {
  DataSet data;
  data.put(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL")
      .put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
      .put(0x00080018, "UI", "1.2.3.4")
      .put(0x00080060, "CS", "CT")
      .put(0x60000100, "US", std::string_view("\x10\0", 2))
      .put(0x60000102, "US", std::string_view("\x0C\0", 2))
      .put(0x7FE00010, "OW", "PIXELS");

  EXPECT_TRUE(
      deidentify(part10(data), Profile::research(), pseudonyms())->may_carry_burned_in_text);
}

TEST(BurnedInText, NeedsPixels) {
  DataSet data;
  data.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.22").put(0x00080018, "UI", "1.2.3.4");

  EXPECT_FALSE(
      deidentify(part10(data), Profile::research(), pseudonyms())->may_carry_burned_in_text);
}

}  // namespace
}  // namespace osler::dicom::deidentify
