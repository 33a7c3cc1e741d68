#include "evaluate/report/predictions.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::evaluate::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Result<PredictionTable> parse(const std::string& text) {
  auto csv = CsvTable::parse(text, "predictions.csv");
  if (!csv) {
    return std::move(csv).error();
  }
  return PredictionTable::parse(*csv);
}

TEST(PredictionTable, ReadsEveryColumn) {
  const auto table = parse(
      "id,patient,split,label,score,probability,lower,upper,tier,positive,sex,site\n"
      "a,p1,test,1,2.5,0.9,0.8,0.95,high,1,F,North\n"
      "b,p2,validation,0,-1,0.2,0.1,0.3,low,0,M,South\n");

  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows(), 2U);
  EXPECT_THAT(table->patients, ElementsAre("p1", "p2"));
  EXPECT_EQ(table->labels[0], true);
  EXPECT_EQ(table->scores[0], 2.5);
  EXPECT_EQ(table->upper[0], 0.95);
  EXPECT_EQ(table->tiers[1], clinical::Tier::Low);
  ASSERT_THAT(table->columns, SizeIs(2));
  EXPECT_EQ(table->columns[1].name, "site");
  EXPECT_EQ(table->columns[1].values[1], "South");
}

TEST(PredictionTable, FillsInWhatIsAbsent) {
  const auto table = parse("id,label,probability\na,1,0.5\nb,,1\n");

  ASSERT_TRUE(table);
  EXPECT_THAT(table->patients, ElementsAre("a", "b"));
  EXPECT_THAT(table->splits, ElementsAre("test", "test"));
  EXPECT_FALSE(table->labels[1].has_value());
  EXPECT_EQ(table->scores[0], 0.0);
  EXPECT_TRUE(std::isfinite(table->scores[1]));
  EXPECT_THAT(table->tiers, IsEmpty());
}

TEST(PredictionTable, KeepsTheRowsAskedFor) {
  const auto table =
      *parse("id,label,probability,split,sex\na,1,0.5,x,F\nb,0,0.1,y,M\nc,1,0.7,y,F\n");

  const auto part = table.where([&](std::size_t row) { return table.splits[row] == "y"; });

  EXPECT_THAT(part.ids, ElementsAre("b", "c"));
  EXPECT_THAT(part.probabilities, ElementsAre(0.1, 0.7));
  EXPECT_THAT(part.columns[0].values, ElementsAre("M", "F"));
}

struct BadFile {
  const char* name;
  const char* text;
  ErrorCode code;
  const char* message;
  const char* where;
};

class PredictionTableRefuses : public ::testing::TestWithParam<BadFile> {};

TEST_P(PredictionTableRefuses, SayingWhatAndWhere) {
  const auto table = parse(GetParam().text);

  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, GetParam().code);
  EXPECT_THAT(table.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(table.error().where, HasSubstr(GetParam().where));
}

INSTANTIATE_TEST_SUITE_P(
    Files, PredictionTableRefuses,
    ::testing::Values(
        BadFile{"NoLabel", "id,probability\na,0.5\n", ErrorCode::InvalidArgument, "label", ""},
        BadFile{"NoProbability", "id,label\na,1\n", ErrorCode::InvalidArgument, "probability", ""},
        BadFile{"IdTwice", "id,label,probability\na,1,0.5\na,0,0.5\n", ErrorCode::DataCorrupt,
                "earlier line", "line 3"},
        BadFile{"IdEmpty", "id,label,probability\n,1,0.5\n", ErrorCode::DataCorrupt, "empty",
                "line 2"},
        BadFile{"LabelOfTwo", "id,label,probability\na,2,0.5\n", ErrorCode::DataCorrupt,
                "neither 0 nor 1", "line 2"},
        BadFile{"LabelOfText", "id,label,probability\na,yes,0.5\n", ErrorCode::DataCorrupt,
                "neither 0 nor 1", "line 2"},
        BadFile{"ProbabilityAbove", "id,label,probability\na,1,1.5\n", ErrorCode::DataCorrupt,
                "\"probability\" is outside", "line 2"},
        BadFile{"ProbabilityOfText", "id,label,probability\na,1,0.5\nb,1,high\n",
                ErrorCode::DataCorrupt, "\"probability\" holds no number", "line 3"},
        BadFile{"ProbabilityNan", "id,label,probability\na,1,nan\n", ErrorCode::DataCorrupt,
                "holds no number", "line 2"},
        BadFile{"ScoreInfinite", "id,label,probability,score\na,1,0.5,inf\n",
                ErrorCode::DataCorrupt, "\"score\" holds no number", "line 2"},
        BadFile{"BoundsApart", "id,label,probability,lower,upper\na,1,0.5,0.6,0.7\n",
                ErrorCode::DataCorrupt, "do not hold", "line 2"},
        BadFile{"TierUnknown", "id,label,probability,tier\na,1,0.5,sure\n", ErrorCode::DataCorrupt,
                "none of high", "line 2"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::evaluate::report
