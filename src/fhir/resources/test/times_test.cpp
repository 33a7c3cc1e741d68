#include "fhir/resources/times.h"

#include <gtest/gtest.h>

namespace osler::fhir::resources {
namespace {

std::string written(Instant time) {
  return instant_text(time).value_or("none");
}

std::string whole(std::string_view text) {
  const auto span = parse_span(text);
  return span ? written(span->from) + " " + written(span->to) : "none";
}

std::string instant(std::string_view text) {
  const auto time = parse_instant(text);
  return time ? written(*time) : "none";
}

TEST(Times, PartialDatesAreTheWholeOfWhatTheyName) {
  EXPECT_EQ(whole("2026"), "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z");
  EXPECT_EQ(whole("2026-12"), "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z");
  EXPECT_EQ(whole("2024-02-29"), "2024-02-29T00:00:00Z 2024-03-01T00:00:00Z");
  EXPECT_EQ(whole("2026-11-18T14:20"), "2026-11-18T14:20:00Z 2026-11-18T14:21:00Z");
  EXPECT_EQ(whole("2026-11-18T14:20:31"), "2026-11-18T14:20:31Z 2026-11-18T14:20:32Z");
  EXPECT_EQ(whole("2026-11-18T14:20:31.5Z"), "2026-11-18T14:20:31.500Z 2026-11-18T14:20:31.600Z");
  EXPECT_EQ(whole("2026-11-18T14:20:31.123456Z"),
            "2026-11-18T14:20:31.123Z 2026-11-18T14:20:31.124Z");
}

TEST(Times, ZonesAreTakenOff) {
  EXPECT_EQ(whole("2026-11-18T00:30:00+01:00"), "2026-11-17T23:30:00Z 2026-11-17T23:30:01Z");
  EXPECT_EQ(whole("2026-11-18T00:30:00 01:00"), whole("2026-11-18T00:30:00+01:00"));
  EXPECT_EQ(whole("2026-11-18T23:30:00-05:30"), "2026-11-19T05:00:00Z 2026-11-19T05:00:01Z");
}

TEST(Times, WhatIsNoDateIsNone) {
  for (const char* text : {"",
                           "20",
                           "2026-",
                           "2026-13",
                           "2026-00",
                           "2026-02-29",
                           "2026-11-31",
                           "2026-1-1",
                           "2026-11-18T",
                           "2026-11-18T24:00",
                           "2026-11-18T14",
                           "2026-11-18T14:60",
                           "0000",
                           "2026-11-18T14:20:61Z",
                           "2026-11-18T14:20:31.Z",
                           "2026-11-18T14:20:31+15:00",
                           "2026-11-18T14:20:31+1:00",
                           "2026-11-18T14:20:31Zx",
                           "2026T14:20",
                           "2026-11T14:20Z",
                           "20261118",
                           "2026-11-18 14:20",
                           "-2026",
                           "2026-11-18T14:20:31.0123456789Z"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
}

TEST(Times, InstantsNeedSecondsAndZone) {
  EXPECT_EQ(instant("2026-11-18T14:20:31.250+01:00"), "2026-11-18T13:20:31.250Z");
  for (const char* text : {"2026-11-18", "2026-11-18T14:20Z", "2026-11-18T14:20:31", "2026"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Times, InstantsOutsideFourDigitYearsAreNotWritten) {
  EXPECT_FALSE(instant_text(Instant::max()));
  EXPECT_FALSE(instant_text(Instant::min()));
  EXPECT_EQ(instant("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
  EXPECT_EQ(instant("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
}

// Any instant is read as it was written, and lies in the day it is written with.
TEST(Times, InstantsComeBack) {
  for (std::int64_t seconds = -62'135'596'800; seconds < 253'402'300'800; seconds += 987'654'321) {
    const Instant time(std::chrono::seconds(seconds) + std::chrono::milliseconds(seconds % 2 * 7));
    const std::string text = written(time);
    EXPECT_EQ(parse_instant(text), time) << text;
    const auto day = parse_span(text.substr(0, 10));
    EXPECT_TRUE(day && day->from <= time && time < day->to) << text;
  }
}

TEST(Times, DicomDatesAreWrittenWhereTheyAreDates) {
  EXPECT_EQ(dicom_date("20261118"), "2026-11-18");
  EXPECT_EQ(dicom_date("2026.11.18 "), "2026-11-18");
  for (const char* text : {"", "20260229", "2026", "20261118120000", "2026-11-18", "00000101",
                           "19800000", "20261118-20261119", "........"}) {
    EXPECT_FALSE(dicom_date(text)) << text;
  }
}

TEST(Times, DicomTimesNeedAZone) {
  EXPECT_EQ(dicom_date_time("20261118", "142031.123456", "+0100"),
            "2026-11-18T14:20:31.123456+01:00");
  EXPECT_EQ(dicom_date_time("20261118", "1420", "-0330"), "2026-11-18T14:20:00-03:30");
  EXPECT_EQ(dicom_date_time("20261118", "142031", ""), "2026-11-18");
  EXPECT_EQ(dicom_date_time("20261118", "14", "+0100"), "2026-11-18");
  EXPECT_EQ(dicom_date_time("20261118", "256199", "+0100"), "2026-11-18");
  EXPECT_EQ(dicom_date_time("20261118", "142031", "+9900"), "2026-11-18");
  EXPECT_FALSE(dicom_date_time("", "142031", "+0100"));
}

}  // namespace
}  // namespace osler::fhir::resources
