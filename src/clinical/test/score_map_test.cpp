#include "clinical/score_map.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::clinical {
namespace {

using ::testing::HasSubstr;

ScoreMap example() {
  ScoreMap map;
  map.calibration = {.method = CalibrationMap::Method::Platt, .slope = 2.0, .intercept = -1.0};
  map.interval = {
      .edges = {-1.0, 0.0, 1.0}, .lower = {0.0, 0.1, 0.3, 0.7}, .upper = {0.1, 0.3, 0.6, 0.9}};
  map.reference = {{-2.0, false}, {-1.0, false}, {0.0, true}, {1.0, true}, {2.0, true}};
  map.similar = 3;
  map.threshold = 0.4;
  map.high_from = 0.7;
  return map;
}

// Platt: sigmoid(2 * 0.5 - 1) = sigmoid(0) = 0.5.
TEST(CalibrationMap, PlattAgreesWithAHandWorkedExample) {
  EXPECT_DOUBLE_EQ(example().calibration.apply(0.5), 0.5);
}

TEST(CalibrationMap, TemperatureLeavesTheInterceptOut) {
  const CalibrationMap map{
      .method = CalibrationMap::Method::Temperature, .slope = 0.5, .intercept = 9.0};

  EXPECT_DOUBLE_EQ(map.apply(0.0), 0.5);
  EXPECT_DOUBLE_EQ(map.apply(2.0), 1.0 / (1.0 + std::exp(-1.0)));
}

TEST(CalibrationMap, IsotonicIsLinearBetweenKnotsAndClippedOutside) {
  const CalibrationMap map{
      .method = CalibrationMap::Method::Isotonic, .x = {0.0, 1.0, 3.0}, .y = {0.1, 0.2, 0.8}};

  EXPECT_DOUBLE_EQ(map.apply(-5.0), 0.1);
  EXPECT_DOUBLE_EQ(map.apply(0.5), 0.15);
  EXPECT_DOUBLE_EQ(map.apply(1.0), 0.2);
  EXPECT_DOUBLE_EQ(map.apply(2.0), 0.5);
  EXPECT_DOUBLE_EQ(map.apply(7.0), 0.8);
}

TEST(CalibrationMap, StaysInsideTheUnitIntervalAtTheExtremes) {
  const CalibrationMap map{.slope = 50.0};

  EXPECT_EQ(map.apply(1e6), 1.0);
  EXPECT_EQ(map.apply(-1e6), 0.0);
}

TEST(ScoreMap, TakesTheCellThatBeginsAtTheScore) {
  const auto reading = example().read(0.0);  // cell [0, 1): 0.3 to 0.6; probability 0.27 widens it

  EXPECT_DOUBLE_EQ(reading.lower, 1.0 / (1.0 + std::exp(1.0)));
  EXPECT_DOUBLE_EQ(reading.upper, 0.6);
  EXPECT_EQ(reading.tier, Tier::Undecided);
}

TEST(ScoreMap, NamesTheTierByIntervalAndThreshold) {
  EXPECT_EQ(example().read(-3.0).tier, Tier::Low);  // 0.00 to 0.10, threshold 0.40
  EXPECT_EQ(example().read(0.5).tier, Tier::Undecided);
  EXPECT_EQ(example().read(1.5).tier, Tier::High);  // 0.70 to 0.90, high from 0.70
  auto strict = example();
  strict.high_from = 0.75;
  EXPECT_EQ(strict.read(1.5).tier, Tier::Medium);
}

TEST(ScoreMap, AThresholdOnTheIntervalsEdgeDecides) {
  auto map = example();
  map.threshold = 0.1;  // the cell below -1 ends there

  EXPECT_EQ(map.read(-3.0).tier, Tier::Low);
}

TEST(ScoreMap, WithoutAnIntervalMapNothingIsDecided) {
  auto map = example();
  map.interval = {};

  const auto reading = map.read(5.0);

  EXPECT_EQ(reading.lower, 0.0);
  EXPECT_EQ(reading.upper, 1.0);
  EXPECT_EQ(reading.tier, Tier::Undecided);
}

// The three nearest to 0.9 are 1, 0 and 2 (0.1, 0.9 and 1.1 away): all positive.
TEST(ScoreMap, CountsTheNearestReferenceFilms) {
  const auto reading = example().read(0.9);

  EXPECT_EQ(reading.similar_n, 3U);
  EXPECT_EQ(reading.similar_positive, 3U);
}

// From 0: 0 itself, then -1 and 1 as far as each other; three asked for, three found. With two
// asked for, both of the tied pair still count.
TEST(ScoreMap, CountsAllThatAreAsFarAsTheLast) {
  auto map = example();
  map.similar = 2;

  const auto reading = map.read(0.0);

  EXPECT_EQ(reading.similar_n, 3U);
  EXPECT_EQ(reading.similar_positive, 2U);
}

TEST(ScoreMap, TakesAllReferenceFilmsWhereThereAreFewer) {
  auto map = example();
  map.similar = 100;

  EXPECT_EQ(map.read(0.0).similar_n, 5U);
}

TEST(ScoreMap, ProbabilityAndIntervalRiseWithTheScore) {
  const auto map = example();
  auto last = map.read(-4.0);
  for (double score = -4.0; score < 4.0; score += 0.05) {
    const auto reading = map.read(score);
    EXPECT_LE(reading.lower, reading.probability);
    EXPECT_GE(reading.upper, reading.probability);
    EXPECT_GE(reading.probability, last.probability);
    EXPECT_GE(reading.lower, last.lower);
    EXPECT_GE(reading.upper, last.upper);
    last = reading;
  }
}

TEST(ScoreMap, ComesBackFromItsDocument) {
  auto map = example();
  map.calibration = {
      .method = CalibrationMap::Method::Isotonic, .x = {0.1, 1.0 / 3.0}, .y = {0.2, 0.7}};

  const auto back = score_map_from_json(to_json(map));

  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), to_json(map));
  for (const double score : {-2.0, -0.5, 0.2, 0.3, 5.0}) {
    EXPECT_EQ(back->read(score).probability, map.read(score).probability);
    EXPECT_EQ(back->read(score).similar_positive, map.read(score).similar_positive);
  }
}

struct Spoilt {
  const char* name;
  const char* pointer;  // what is changed
  Json value;           // null: taken away
  const char* message;
};

class ScoreMapRefuses : public ::testing::TestWithParam<Spoilt> {};

TEST_P(ScoreMapRefuses, SayingWhy) {
  auto document = to_json(example());
  const Json::json_pointer pointer(GetParam().pointer);
  if (GetParam().value.is_null()) {
    document.at(pointer.parent_pointer()).erase(pointer.back());
  } else {
    document[pointer] = GetParam().value;
  }

  const auto result = score_map_from_json(document);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, ScoreMapRefuses,
    ::testing::Values(
        Spoilt{"NoCalibration", "/calibration", nullptr, "calibration"},
        Spoilt{"UnknownMethod", "/calibration/method", "beta", "no calibration method \"beta\""},
        Spoilt{"NoSlope", "/calibration/slope", nullptr, "slope"},
        Spoilt{"BoundsTooFew", "/interval/lower", Json::array({0.1}), "3 edges but 1 lower"},
        Spoilt{"EdgesFall", "/interval/edges", Json::array({0.0, -1.0, 1.0}), "do not rise"},
        Spoilt{"BoundsCross", "/interval/lower/0", 0.5, "above its upper bound"},
        Spoilt{"BoundOutside", "/interval/upper/3", 1.5, "outside [0, 1]"},
        Spoilt{"EdgeOfText", "/interval/edges/0", "low", "no number"},
        Spoilt{"ReferenceFalls", "/reference/scores/0", 9.0, "do not rise"},
        Spoilt{"LabelOfTwo", "/reference/positive/0", 2, "neither 0 nor 1"},
        Spoilt{"NoSimilar", "/similar", 0, "less than 1"},
        Spoilt{"ThresholdOutside", "/threshold", 1.5, "outside [0, 1]"},
        Spoilt{"HighFromOfText", "/high_from", "often", "high_from"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::clinical
