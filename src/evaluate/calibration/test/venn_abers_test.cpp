#include "evaluate/calibration/venn_abers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/calibration/isotonic.h"
#include "evaluate/calibration/operating_point.h"
#include "evaluate/metrics/proportion.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::calibration {
namespace {

using metrics::Cases;

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;

  [[nodiscard]] Cases cases() const { return {.scores = scores, .labels = labels}; }
};

struct Interval {
  double lower;
  double upper;
};

Interval look_up(const clinical::IntervalMap& map, double score) {
  const auto cell =
      static_cast<std::size_t>(std::ranges::upper_bound(map.edges, score) - map.edges.begin());
  return {map.lower[cell], map.upper[cell]};
}

// The definition: isotonic regression with the case added, read at the case.
double by_definition(const Sample& sample, double score, std::uint8_t label) {
  Sample with = sample;
  with.scores.push_back(score);
  with.labels.push_back(label);
  std::vector<std::pair<double, std::uint8_t>> sorted;
  for (std::size_t i = 0; i < with.scores.size(); ++i) {
    sorted.emplace_back(with.scores[i], with.labels[i]);
  }
  std::ranges::sort(sorted);
  std::vector<double> at;
  std::vector<double> values;
  std::vector<double> weights;
  for (const auto& [s, y] : sorted) {
    if (at.empty() || at.back() != s) {
      at.push_back(s);
      values.push_back(0.0);
      weights.push_back(0.0);
    }
    values.back() += y;
    weights.back() += 1.0;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] /= weights[i];
  }
  const auto fitted = pool_adjacent_violators(values, weights);
  return fitted[static_cast<std::size_t>(std::ranges::find(at, score) - at.begin())];
}

// Scores 1 (no) and 2 (yes). At 1.5, added as negative: 0, 0, 1, so lower 0; as positive: 0, 1, 1,
// so upper 1. Below 1, as positive: 1, 0 pool to 1/2.
TEST(VennAbers, AgreesWithAHandWorkedExample) {
  const Sample sample{{1.0, 2.0}, {0, 1}};

  const auto map = *venn_abers(sample.cases());

  EXPECT_EQ(look_up(map, 0.0).lower, 0.0);
  EXPECT_NEAR(look_up(map, 0.0).upper, 0.5, 1e-12);
  EXPECT_NEAR(look_up(map, 1.0).upper, 0.5, 1e-12);
  EXPECT_EQ(look_up(map, 1.5).lower, 0.0);
  EXPECT_EQ(look_up(map, 1.5).upper, 1.0);
  EXPECT_NEAR(look_up(map, 2.0).lower, 0.5, 1e-12);
}

TEST(VennAbers, AgreesWithItsDefinitionAtAndBetweenAllScores) {
  Rng rng(1);
  for (int round = 0; round < 60; ++round) {
    Sample sample;
    const std::size_t n = 1 + rng.below(40);
    const bool tied = rng.chance(0.5);
    for (std::size_t i = 0; i < n; ++i) {
      const double score = rng.normal();
      sample.scores.push_back(tied ? std::round(score * 2.0) : score);
      sample.labels.push_back(rng.chance(regression::sigmoid(score)) ? 1 : 0);
    }
    const auto map = *venn_abers(sample.cases());
    std::vector<double> places = sample.scores;
    for (double place = -4.0; place < 4.0; place += 0.173) {
      places.push_back(place);
    }
    for (const double place : places) {
      const auto found = look_up(map, place);
      ASSERT_NEAR(found.lower, by_definition(sample, place, 0), 1e-9) << n << " at " << place;
      ASSERT_NEAR(found.upper, by_definition(sample, place, 1), 1e-9) << n << " at " << place;
    }
  }
}

TEST(VennAbers, BoundsRiseAndDoNotCross) {
  Rng rng(2);
  Sample sample;
  for (int i = 0; i < 20'000; ++i) {
    const double score = rng.normal();
    sample.scores.push_back(score);
    sample.labels.push_back(rng.chance(regression::sigmoid(2.0 * score)) ? 1 : 0);
  }

  const auto map = *venn_abers(sample.cases());

  EXPECT_TRUE(std::ranges::is_sorted(map.edges));
  EXPECT_TRUE(std::ranges::is_sorted(map.lower));
  EXPECT_TRUE(std::ranges::is_sorted(map.upper));
  EXPECT_TRUE(std::ranges::equal(map.lower, map.upper, std::less_equal<>()));
}

TEST(VennAbers, RefusesWhatHasNoPlace) {
  const Sample infinite{{1.0, std::numeric_limits<double>::infinity()}, {0, 1}};

  EXPECT_FALSE(venn_abers(Sample{}.cases()));
  EXPECT_FALSE(venn_abers(infinite.cases()));
}

// What is said beside a probability, held against the truth: scores whose true probability is
// known, calibration on 500 films, then readings of new films, many times over.
//   Venn-Abers claims: over films with intervals like this one, the share with the finding lies
//   between the mean lower and the mean upper bound.
//   "n of N films that scored like this" with its Wilson interval claims: 95 % of the time it holds
//   the mean true probability of films that score like this.
class Coverage : public ::testing::Test {
 protected:
  static constexpr int kRounds = 300;
  static double truth(double score) { return regression::sigmoid(1.3 * score - 0.8); }

  static Sample calibration_films(Rng& rng) {
    Sample out;
    for (int i = 0; i < 500; ++i) {
      out.scores.push_back(rng.normal());
      out.labels.push_back(rng.chance(truth(out.scores.back())) ? 1 : 0);
    }
    return out;
  }
};

TEST_F(Coverage, OfVennAbersIsWhatIsClaimed) {
  Rng rng(3);
  struct Bin {
    double lower = 0.0, upper = 0.0, truth = 0.0, n = 0.0;
  };
  std::vector<Bin> bins(10);
  for (int round = 0; round < kRounds; ++round) {
    const Sample films = calibration_films(rng);
    const auto map = *venn_abers(films.cases());
    for (int i = 0; i < 100; ++i) {
      const double score = rng.normal();
      const auto found = look_up(map, score);
      auto& bin = bins[std::min<std::size_t>(
          static_cast<std::size_t>(5.0 * (found.lower + found.upper)), 9)];
      bin.lower += found.lower;
      bin.upper += found.upper;
      bin.truth += truth(score);
      bin.n += 1.0;
    }
  }
  for (const Bin& bin : bins) {
    if (bin.n < 200.0) {
      continue;
    }
    // Rounds of 500 films share their error, hence the margin of a percentage point.
    EXPECT_GE(bin.truth / bin.n, bin.lower / bin.n - 0.01);
    EXPECT_LE(bin.truth / bin.n, bin.upper / bin.n + 0.01);
  }
}

TEST_F(Coverage, OfSimilarFilmsIsWhatIsClaimed) {
  Rng rng(4);
  double held = 0.0;
  double held_at_the_score = 0.0;
  double total = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    const Sample films = calibration_films(rng);
    const auto map =
        fit_score_map(films.cases(), {.calibration = {.methods = {Method::Platt}}, .similar = 60})
            ->map;
    auto sorted = films.scores;
    std::ranges::sort(sorted);
    for (int i = 0; i < 20; ++i) {
      const double score = rng.normal();
      const auto reading = map.read(score);
      const auto said = metrics::proportion(reading.similar_positive, reading.similar_n);
      // The mean truth of the films that were counted: the 60 nearest.
      std::ranges::sort(sorted, {}, [&](double other) { return std::abs(other - score); });
      double mean = 0.0;
      for (std::size_t k = 0; k < reading.similar_n; ++k) {
        mean += truth(sorted[k]) / static_cast<double>(reading.similar_n);
      }
      held += said.lower <= mean && mean <= said.upper ? 1.0 : 0.0;
      held_at_the_score += said.lower <= truth(score) && truth(score) <= said.upper ? 1.0 : 0.0;
      total += 1.0;
    }
  }
  // Of the films that score like this: 95 %. Of this very score less, in the tails, where the
  // nearest films lie to one side.
  EXPECT_NEAR(held / total, 0.95, 0.02);
  EXPECT_GT(held_at_the_score / total, 0.88);
  RecordProperty("similar_films", std::to_string(held / total));
  RecordProperty("at_the_score", std::to_string(held_at_the_score / total));
}

}  // namespace
}  // namespace osler::evaluate::calibration
