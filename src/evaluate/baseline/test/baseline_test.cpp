#include "evaluate/baseline/baseline.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/rng.h"

namespace osler::evaluate::baseline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Sample {
  std::vector<Field> fields;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups = {};
};

// age: no bearing; view: AP three times as likely positive; kvp: positive where far from 100,
// either way, so that only its square tells.
Sample draw(std::size_t n, std::uint64_t seed, bool leak) {
  Rng rng(seed);
  Sample out;
  out.fields = {{"age", {}}, {"view", {}}, {"kvp", {}}};
  for (std::size_t i = 0; i < n; ++i) {
    const bool positive = rng.chance(0.3);
    out.labels.push_back(positive ? 1 : 0);
    out.fields[0].values.push_back(std::to_string(rng.uniform(20.0, 90.0)));
    out.fields[1].values.emplace_back(rng.chance(leak && positive ? 0.9 : 0.3) ? "AP" : "PA");
    const double off = leak && positive ? (rng.chance(0.5) ? 20.0 : -20.0) : 0.0;
    out.fields[2].values.push_back(std::to_string(100.0 + off + rng.normal(0.0, 8.0)));
  }
  return out;
}

Result<Baseline> run(const Sample& sample, const BaselineOptions& options = {}) {
  return cross_fit(sample.fields, sample.labels, sample.groups, options);
}

TEST(CrossFit, SeesALeakAndNamesIt) {
  const auto found = run(draw(2000, 1, true));

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_GT(found->auroc.lower, 0.9);
  ASSERT_THAT(found->fields, SizeIs(3));
  EXPECT_EQ(found->fields[0].name, "kvp");
  EXPECT_EQ(found->fields[0].kind, "numbers");
  EXPECT_EQ(found->fields[1].name, "view");
  EXPECT_EQ(found->fields[1].levels, 2U);
  EXPECT_EQ(found->fields[2].name, "age");
  EXPECT_EQ(verdict(found->auroc), Verdict::Open);
  EXPECT_THAT(sentence(*found), HasSubstr("Open to shortcuts"));
  EXPECT_THAT(sentence(*found), HasSubstr("mostly by kvp"));
}

TEST(CrossFit, FindsNothingWhereThereIsNothing) {
  const auto found = run(draw(4000, 2, false));

  ASSERT_TRUE(found);
  EXPECT_NEAR(found->auroc.value, 0.5, 0.04);
  EXPECT_EQ(verdict(found->auroc), Verdict::Closed);
  EXPECT_THAT(sentence(*found), HasSubstr("little away"));
}

// A field of names of patients, each with several films of one label: learnt by heart it is
// perfect; folds of patients see through it.
TEST(CrossFit, IsNotFooledByPatientsKnownByHeart) {
  Rng rng(3);
  Sample sample;
  sample.fields = {{"station", {}}};
  for (std::uint32_t patient = 0; patient < 80; ++patient) {
    const bool positive = rng.chance(0.5);
    for (int film = 0; film < 6; ++film) {
      sample.fields[0].values.push_back("p" + std::to_string(patient));
      sample.labels.push_back(positive ? 1 : 0);
      sample.groups.push_back(patient);
    }
  }

  EXPECT_LT(run(sample)->auroc.value, 0.62);
  sample.groups.clear();
  EXPECT_GT(run(sample, {.ridge = 0.1, .rare = 2})->auroc.value, 0.9);
}

TEST(CrossFit, AMissingValueMayTell) {
  Rng rng(4);
  Sample sample;
  sample.fields = {{"kvp", {}}};
  for (int i = 0; i < 1000; ++i) {
    const bool positive = rng.chance(0.4);
    sample.labels.push_back(positive ? 1 : 0);
    sample.fields[0].values.push_back(
        rng.chance(positive ? 0.8 : 0.2) ? "" : std::to_string(rng.normal(100.0, 10.0)));
  }

  const auto found = *run(sample);

  EXPECT_GT(found.auroc.lower, 0.7);
  EXPECT_GT(found.fields[0].missing, 300U);
}

TEST(CrossFit, CallsAConstantField) {
  auto sample = draw(500, 5, true);
  sample.fields.push_back({"modality", std::vector<std::string>(500, "DX")});

  const auto found = *run(sample);

  EXPECT_EQ(found.fields.back().name, "modality");
  EXPECT_EQ(found.fields.back().kind, "constant");
}

TEST(CrossFit, IsTheSameForTheSameSeed) {
  const auto sample = draw(500, 6, true);

  EXPECT_EQ(run(sample, {.seed = 2})->scores, run(sample, {.seed = 2})->scores);
}

TEST(FitAndScore, ScoresOnlyTheRowsAskedFor) {
  const auto sample = draw(1000, 7, true);
  std::vector<std::size_t> fit_on(700);
  std::iota(fit_on.begin(), fit_on.end(), std::size_t{0});
  std::vector<std::size_t> score_on(300);
  std::iota(score_on.begin(), score_on.end(), std::size_t{700});

  const auto found = fit_and_score(sample.fields, sample.labels, {}, fit_on, score_on);

  ASSERT_TRUE(found);
  EXPECT_THAT(found->scores, SizeIs(300));
  EXPECT_EQ(found->fitted_on, 700U);
  EXPECT_GT(found->auroc.value, 0.9);
  EXPECT_EQ(found->auroc.n, 300U);
}

TEST(FitAndScore, AValueNeverSeenBeforeIsNoTrouble) {
  auto sample = draw(200, 8, true);
  sample.fields[1].values[150] = "LATERAL";
  sample.fields[2].values[151] = "unreadable";
  sample.fields[2].values[152] = "1e300";
  std::vector<std::size_t> fit_on(150);
  std::iota(fit_on.begin(), fit_on.end(), std::size_t{0});
  const std::vector<std::size_t> score_on{150, 151, 152, 153, 154, 155, 156, 157};

  const auto found = fit_and_score(sample.fields, sample.labels, {}, fit_on, score_on);

  ASSERT_TRUE(found);
  for (const double score : found->scores) {
    EXPECT_TRUE(std::isfinite(score));
  }
}

struct BadInput {
  const char* name;
  Sample sample;
  ErrorCode code;
  const char* message;
};

class CrossFitRejects : public ::testing::TestWithParam<BadInput> {};

TEST_P(CrossFitRejects, SayingWhy) {
  const auto found = run(GetParam().sample);

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, GetParam().code);
  EXPECT_THAT(found.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, CrossFitRejects,
    ::testing::Values(BadInput{"NoFields", {{}, {0, 1}}, ErrorCode::InvalidArgument, "no fields"},
                      BadInput{"UnequalLengths",
                               {{{"age", {"1"}}}, {0, 1}},
                               ErrorCode::InvalidArgument,
                               "\"age\" has 1 values for 2 cases"},
                      BadInput{"LabelOfTwo",
                               {{{"age", {"1", "2"}}}, {0, 2}},
                               ErrorCode::InvalidArgument,
                               "neither"},
                      BadInput{"GroupsTooFew",
                               {{{"age", {"1", "2"}}}, {0, 1}, {0}},
                               ErrorCode::InvalidArgument,
                               "1 groups for 2 cases"},
                      BadInput{"TooFewPatients",
                               {{{"age", {"1", "2", "3"}}}, {0, 1, 0}},
                               ErrorCode::FailedPrecondition,
                               "only 1 patients"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(FitAndScore, RefusesRowsThatAreNotThere) {
  const auto sample = draw(20, 9, false);
  const std::vector<std::size_t> rows{0, 1, 99};

  EXPECT_FALSE(fit_and_score(sample.fields, sample.labels, {}, rows, rows));
}

// 0 1 2 3: mean 1.5, deviation sqrt(1.25); the first quantile is the least, the last the greatest.
TEST(GreyFeatures, AgreeWithAHandWorkedExample) {
  const std::vector<float> film{3.0F, 1.0F, 0.0F, 2.0F};

  const auto found = grey_features(film);

  ASSERT_THAT(found, SizeIs(18));
  EXPECT_DOUBLE_EQ(found[0], 1.5);
  EXPECT_DOUBLE_EQ(found[1], std::sqrt(1.25));
  EXPECT_EQ(found[2], 0.0);
  EXPECT_EQ(found[17], 3.0);
}

TEST(GreyFeatures, TellBrightFromDark) {
  Rng rng(10);
  std::vector<std::vector<double>> films;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 200; ++i) {
    const bool positive = rng.chance(0.5);
    std::vector<float> film(64);
    for (auto& value : film) {
      value = static_cast<float>(rng.normal(positive ? 0.5 : 0.0, 1.0));
    }
    films.push_back(grey_features(film));
    labels.push_back(positive ? 1 : 0);
  }

  EXPECT_GT(cross_fit(fields_of(films), labels, {})->auroc.lower, 0.9);
}

}  // namespace
}  // namespace osler::evaluate::baseline
