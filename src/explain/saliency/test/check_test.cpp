#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "explain/saliency/saliency.h"

namespace osler::explain::saliency {
namespace {

using ::testing::UnorderedElementsAre;

// 4 x 4 with its peak in the third column of the second row.
HeatMap map_with_peak() {
  HeatMap map{4, 4, std::vector<float>(16, 0.1F)};
  map.values[1 * 4 + 2] = 1.0F;
  return map;
}

TEST(PointingHit, LooksAtThePeakAlone) {
  const auto map = map_with_peak();
  const std::vector<Box> around{{2.0, 1.0, 1.0, 1.0}};
  const std::vector<Box> beside{{0.0, 1.0, 1.0, 1.0}};
  const std::vector<Box> both{{0.0, 1.0, 1.0, 1.0}, {2.0, 1.0, 1.0, 1.0}};
  EXPECT_TRUE(pointing_hit(map, around));
  EXPECT_FALSE(pointing_hit(map, beside));
  EXPECT_TRUE(pointing_hit(map, beside, 1.5));
  EXPECT_TRUE(pointing_hit(map, both));
  EXPECT_FALSE(pointing_hit(map, {}));
}

TEST(PointingHit, AnEmptyMapPointsNowhere) {
  const HeatMap empty{4, 4, std::vector<float>(16, 0.0F)};
  const std::vector<Box> everything{{0.0, 0.0, 4.0, 4.0}};
  EXPECT_FALSE(pointing_hit(empty, everything));
}

// Two films: one hit, one miss; boxes cover 1/16 and 4/16 of them.
TEST(PointingGame, CountsHitsBesideChance) {
  const std::vector<HeatMap> maps{map_with_peak(), map_with_peak()};
  const std::vector<std::vector<Box>> boxes{{{2.0, 1.0, 1.0, 1.0}}, {{0.0, 2.0, 2.0, 2.0}}};
  const auto game = pointing_game(maps, boxes);
  ASSERT_TRUE(game);
  EXPECT_EQ(game->films, 2U);
  EXPECT_EQ(game->hits, 1U);
  EXPECT_NEAR(game->chance, (1.0 / 16 + 4.0 / 16) / 2, 1e-12);
  EXPECT_FALSE(pointing_game(maps, {}));
}

// By hand: ranks of b are 2, 1, 3, 4: differences -1, 1, 0, 0; rho = 1 - 6 * 2 / (4 * 15) = 0.8.
TEST(RankCorrelation, AgreesWithAHandWorkedExample) {
  const std::vector<float> a{1.0F, 2.0F, 3.0F, 4.0F};
  const std::vector<float> b{20.0F, 10.0F, 30.0F, 900.0F};
  EXPECT_NEAR(*rank_correlation(a, b), 0.8, 1e-12);
  EXPECT_NEAR(*rank_correlation(a, a), 1.0, 1e-12);
}

// Ties share the mean rank: (1, 1, 2) against (1, 2, 3) has ranks (1.5, 1.5, 3) and (1, 2, 3):
// covariance 1.5, squares 1.5 and 2: rho = 1.5 / sqrt(3) = 0.866.
TEST(RankCorrelation, GivesTiesTheirMeanRank) {
  EXPECT_NEAR(*rank_correlation(std::vector<float>{1, 1, 2}, std::vector<float>{1, 2, 3}),
              0.8660254, 1e-6);
  EXPECT_EQ(*rank_correlation(std::vector<float>{1, 1, 1}, std::vector<float>{1, 2, 3}), 0.0);
  EXPECT_FALSE(rank_correlation(std::vector<float>{1}, std::vector<float>{1}));
}

TEST(RandomisedHead, HasTheSameWeightsInAnotherOrder) {
  const std::vector<float> weights{1.0F, 2.0F, 3.0F, 4.0F};
  EXPECT_THAT(randomised_head(weights, 1), UnorderedElementsAre(1.0F, 2.0F, 3.0F, 4.0F));
  EXPECT_EQ(randomised_head(weights, 1), randomised_head(weights, 1));
}

HeatMap noise(Rng& rng) {
  HeatMap map{8, 8, {}};
  for (int p = 0; p < 64; ++p) {
    map.values.push_back(static_cast<float>(rng.uniform()));
  }
  return map;
}

TEST(RandomisationCheck, FailsMapsThatDoNotDependOnTheModel) {
  Rng rng(3);
  std::vector<HeatMap> maps;
  std::vector<HeatMap> others;
  for (int i = 0; i < 10; ++i) {
    maps.push_back(noise(rng));
    others.push_back(noise(rng));
  }
  const auto same = randomisation_check(maps, maps);
  ASSERT_TRUE(same);
  EXPECT_FALSE(same->passed);
  EXPECT_NEAR(same->mean_correlation, 1.0, 1e-9);
  const auto different = randomisation_check(maps, others);
  ASSERT_TRUE(different);
  EXPECT_TRUE(different->passed);
  EXPECT_FALSE(randomisation_check(maps, {}));
}

}  // namespace
}  // namespace osler::explain::saliency
