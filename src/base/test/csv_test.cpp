#include "base/csv.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler {
namespace {

using ::testing::HasSubstr;

TEST(Csv, ReadsQuotesLineEndsAndAByteOrderMark) {
  const auto table = CsvTable::parse(
      "\xEF\xBB\xBFid,note\r\n1,\"two, \"\"quoted\"\"\"\r\n\n2,\"over\ntwo lines\"\n3,last",
      "t.csv");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows(), 3U);
  EXPECT_EQ(table->at(0, 1), "two, \"quoted\"");
  EXPECT_EQ(table->at(1, 1), "over\ntwo lines");
  EXPECT_EQ(table->at(2, 1), "last");
  EXPECT_EQ(table->place(2), "t.csv line 6");
}

TEST(Csv, NamesTheNearestColumn) {
  const auto table = CsvTable::parse("study,consolidation\n", "labels.csv");
  const auto missing = table->require("consolidaton");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(missing.error().advice, HasSubstr("write consolidation"));
}

struct BadCsv {
  const char* name;
  const char* text;
  const char* place;
};
class CsvRefuses : public ::testing::TestWithParam<BadCsv> {};

TEST_P(CsvRefuses, SayingWhere) {
  const auto table = CsvTable::parse(GetParam().text, "t.csv");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(table.error().where, GetParam().place);
}

INSTANTIATE_TEST_SUITE_P(Inputs, CsvRefuses,
                         ::testing::Values(BadCsv{"Nothing", "", "t.csv"},
                                           BadCsv{"ShortLine", "a,b\n1,2\n3\n", "t.csv line 3"},
                                           BadCsv{"OpenQuote", "a\n\"1\n", "t.csv line 2"},
                                           BadCsv{"AfterQuote", "a\n\"1\"x\n", "t.csv line 2"},
                                           BadCsv{"TwoAlike", "a,a\n", "t.csv line 1"},
                                           BadCsv{"NoName", "a,\n", "t.csv line 1"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CsvLine, QuotesAndDisarmsFormulas) {
  const std::vector<std::string> fields{"a", "b,c", "\"d\"", "=SUM(A1)", "-3.5"};
  EXPECT_EQ(csv_line(fields), "a,\"b,c\",\"\"\"d\"\"\",'=SUM(A1),-3.5\n");
}

TEST(Csv, RefusesWhatIsNotTextInUtf8AndSaysWhere) {
  for (const std::string& bad :
       std::vector<std::string>{"\xE4", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                "\xF8\x88\x80\x80\x80", std::string(1, '\0')}) {
    const auto table = CsvTable::parse("a,b\n1,2\n3," + bad + "\n", "t.csv");
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, ErrorCode::DataCorrupt);
    EXPECT_EQ(table.error().where, "t.csv line 3");
    EXPECT_FALSE(table.error().advice.empty());
  }
  EXPECT_TRUE(CsvTable::parse("a,b\n1,\xC3\xA4\xE2\x82\xAC\xF0\x9F\xA9\xBB\n", "t.csv"));
}

}  // namespace
}  // namespace osler
