#include "dicom/deidentify/pseudonyms.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "dicom/deidentify/test/objects.h"

namespace osler::dicom::deidentify {
namespace {

using testing::pseudonyms;

TEST(Pseudonyms, AreTheSameForTheSameKeyAndDifferForAnother) {
  EXPECT_EQ(pseudonyms().patient("MRN1", "A"), pseudonyms().patient(" MRN1 ", "A"));
  EXPECT_NE(pseudonyms().patient("MRN1", "A"), pseudonyms().patient("MRN1", "B"));
  EXPECT_NE(pseudonyms().patient("MRN1", "A"), pseudonyms().patient("MRN1A", ""));
  EXPECT_NE(pseudonyms().patient("MRN1", "A"), pseudonyms(8).patient("MRN1", "A"));
  EXPECT_EQ(pseudonyms().uid("1.2.3"), pseudonyms().uid("1.2.3"));
  EXPECT_NE(pseudonyms().uid("1.2.3"), pseudonyms(8).uid("1.2.3"));
}

TEST(Pseudonyms, DrawingTwiceIsDrawingOnce) {
  const auto drawn = pseudonyms();
  const std::string patient = drawn.patient("MRN1", "A");
  const std::string uid = drawn.uid("1.2.3");

  EXPECT_TRUE(drawn.drew_patient(patient));
  EXPECT_TRUE(drawn.drew_uid(uid));
  EXPECT_EQ(drawn.patient(patient, "B"), patient);
  EXPECT_EQ(drawn.uid(uid), uid);
  EXPECT_FALSE(pseudonyms(8).drew_patient(patient));
  EXPECT_FALSE(pseudonyms(8).drew_uid(uid));
  EXPECT_FALSE(drawn.drew_uid("2.25.340282366920938463463374607431768211456"));  // 2^128
  EXPECT_FALSE(drawn.drew_uid("2.25."));
}

TEST(Pseudonyms, UidsAreValidAndDistinct) {
  const auto drawn = pseudonyms();
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string uid = drawn.uid("1.2.840.113619.2." + std::to_string(i));
    ASSERT_TRUE(uid.starts_with("2.25."));
    ASSERT_LE(uid.size(), 64U);
    ASSERT_NE(uid[5], '0');
    ASSERT_TRUE(
        std::all_of(uid.begin() + 5, uid.end(), [](char c) { return c >= '0' && c <= '9'; }));
    seen.insert(uid);
  }
  EXPECT_EQ(seen.size(), 10'000U);
  EXPECT_EQ(drawn.uid("1.2.840.10008.1.2"), "1.2.840.10008.1.2");
  EXPECT_EQ(drawn.uid(""), "");
}

TEST(Pseudonyms, ShiftsGoBackByUpToTenYearsAndNeverByNothing) {
  const auto drawn = pseudonyms();
  std::set<int> seen;
  for (int i = 0; i < 5'000; ++i) {
    const int days = drawn.date_shift_days(drawn.patient(std::to_string(i), ""));
    ASSERT_LE(days, -1);
    ASSERT_GE(days, -3650);
    seen.insert(days);
  }
  EXPECT_GT(seen.size(), 2'000U);
}

TEST(Pseudonyms, NeedsAKeyOf32Bytes) {
  const auto result = Pseudonyms::create(Bytes(31));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::dicom::deidentify
