#include "dicom/deidentify/internal/values.h"

#include <gtest/gtest.h>

namespace osler::dicom::deidentify {
namespace {

struct Row {
  const char* name;
  const char* before;
  const char* after;  // null: cannot be read
};
class ShiftDates : public ::testing::TestWithParam<Row> {};

TEST_P(ShiftDates, ByTenDaysBack) {
  const auto shifted = shift_dates(GetParam().before, -10);

  ASSERT_EQ(shifted.has_value(), GetParam().after != nullptr);
  if (shifted) {
    EXPECT_EQ(*shifted, GetParam().after);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Values, ShiftDates,
    ::testing::Values(
        Row{"Date", "20200305", "20200224"},  // 2020 has 29 February
        Row{"Padded", "20200305 ", "20200224"}, Row{"OverTheYear", "20200105", "20191226"},
        Row{"Dotted", "2020.03.05", "2020.02.24"}, Row{"Dashed", "2020-03-05", "2020-02-24"},
        Row{"Several", "20200305\\20200306", "20200224\\20200225"},
        Row{"OneIsEmpty", "20200305\\", "20200224\\"},
        Row{"DateTime", "20200305101500.123456+0100", "20200224101500.123456+0100"},
        Row{"HourOnly", "2020030510", "2020022410"}, Row{"Month", "202003", "202003"},
        Row{"Year", "2020", "2020"}, Row{"YearWithZone", "2020+0100", "2020+0100"},
        Row{"Empty", "", ""}, Row{"Word", "unknown", nullptr},
        Row{"NoSuchDay", "20210229", nullptr}, Row{"Zeros", "00000000", nullptr},
        Row{"Name", "20200305DOE", nullptr}, Row{"Range", "20200305-20200401", nullptr},
        Row{"BeforeAllYears", "00010101", nullptr}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(IsTime, IsDigitsAndWhatStandsBetweenThem) {
  for (const auto* time :
       {"101500", "101500.250000", "10:15:00", "1015\\1016", "+0100", "-0500", "", "10 "}) {
    EXPECT_TRUE(is_time(time)) << time;
  }
  for (const auto* other : {"noon", "101500 DOE", "1015000000000000000000"}) {
    EXPECT_FALSE(is_time(other)) << other;
  }
}

TEST(CoarseAge, KeepsAgesToEightyNine) {
  EXPECT_EQ(coarse_age("045Y"), "045Y");
  EXPECT_EQ(coarse_age("089Y "), "089Y");
  EXPECT_EQ(coarse_age("090Y"), "090Y");
  EXPECT_EQ(coarse_age("103Y"), "090Y");
  EXPECT_EQ(coarse_age("0103Y"), "090Y");
  EXPECT_EQ(coarse_age("1100M"), "090Y");
  EXPECT_EQ(coarse_age("007M"), "007M");
  EXPECT_EQ(coarse_age("45"), "045Y");
  EXPECT_EQ(coarse_age(""), "");
  EXPECT_EQ(coarse_age("old"), std::nullopt);
}

// Born 1 June 1950: on 31 January 2020 the 70th birthday is still to come.
TEST(AgeBetween, CountsWholeYearsThenMonthsThenDays) {
  EXPECT_EQ(age_between("19500601", "20200131"), "069Y");
  EXPECT_EQ(age_between("19500131", "20200131"), "070Y");
  EXPECT_EQ(age_between("19200601", "20200131"), "090Y");
  EXPECT_EQ(age_between("20190815", "20200131"), "005M");
  EXPECT_EQ(age_between("20200120", "20200131"), "011D");
  EXPECT_EQ(age_between("20200201", "20200131"), std::nullopt);
  EXPECT_EQ(age_between("1950", "20200131"), std::nullopt);
  EXPECT_EQ(age_between("", "20200131"), std::nullopt);
}

}  // namespace
}  // namespace osler::dicom::deidentify
