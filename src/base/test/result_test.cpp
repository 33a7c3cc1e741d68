#include "base/result.h"

#include <gtest/gtest.h>

namespace osler {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Error(ErrorCode::InvalidArgument, "odd").at("here").hint("double it");
  }
  return number / 2;
}

Result<int> quarter(int number) {
  OSLER_TRY(const int once, half(number));
  return half(once);
}

Result<void> must_halve(int number) {
  OSLER_TRY_DO(half(number));
  return {};
}

TEST(Result, CarriesTheValue) {
  EXPECT_EQ(*quarter(8), 2);
}

TEST(Result, ReturnsTheFirstError) {
  const auto result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "odd");
  EXPECT_EQ(result.error().where, "here");
  EXPECT_EQ(result.error().advice, "double it");
}

TEST(Result, OfNothingTellsWhetherItWorked) {
  EXPECT_TRUE(must_halve(2));
  EXPECT_FALSE(must_halve(3));
}

TEST(ErrorTable, GivesEachCodeItsMeanings) {
  EXPECT_EQ(to_string(ErrorCode::DataCorrupt), "DataCorrupt");
  EXPECT_EQ(exit_code(ErrorCode::NotFound), 66);
  EXPECT_EQ(http_status(ErrorCode::Unavailable), 503);
  EXPECT_EQ(fhir_issue_type(ErrorCode::PermissionDenied), "forbidden");
  EXPECT_TRUE(may_retry(ErrorCode::Unavailable));
  EXPECT_FALSE(may_retry(ErrorCode::Internal));
}

TEST(Error, KeepsTheInnermostPlaceAndSaysTheStep) {
  const Error error =
      Error(ErrorCode::Internal, "broken").at("inner").at("outer").in_step("reading series");
  EXPECT_EQ(error.where, "inner");
  EXPECT_EQ(error.message, "reading series: broken");
}

}  // namespace
}  // namespace osler
