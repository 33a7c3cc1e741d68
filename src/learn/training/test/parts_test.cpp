#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "learn/training/internal/adamw.h"
#include "learn/training/internal/equality.h"
#include "learn/training/internal/ranking.h"
#include "learn/training/internal/stage.h"
#include "learn/training/internal/state.h"
#include "learn/training/internal/team.h"

namespace osler::learn::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

TEST(Team, RunsBothShardsOnOneThreadAndOnTwo) {
  for (const int threads : {1, 2, 7}) {
    Team team(threads);
    for (int round = 0; round < 100; ++round) {
      std::array<std::atomic<int>, kShards> calls{};
      team.run([&](std::size_t shard) { ++calls.at(shard); });
      ASSERT_EQ(calls[0], 1);
      ASSERT_EQ(calls[1], 1);
    }
  }
}

TEST(Team, ThrowsWhatAShardThrewAndGoesOn) {
  for (const int threads : {1, 2}) {
    Team team(threads);
    for (const std::size_t bad : {0U, 1U}) {
      EXPECT_THROW(team.run([&](std::size_t shard) {
        if (shard == bad) {
          throw std::runtime_error("no");
        }
      }),
                   std::runtime_error);
    }
    std::atomic<int> calls = 0;
    team.run([&](std::size_t) { ++calls; });
    EXPECT_EQ(calls, 2);
  }
}

// By hand: 10 steps an epoch, 2 epochs of warm-up of 12. Step 0 is at 1/21 of the rate, step 20 at
// all of it, step 70 (half-way through the rest) at half, the last step at nearly nothing.
TEST(LearningRate, GoesUpALineAndDownACosine) {
  const study::TrainingSpec::OptimiserSpec spec{
      .learning_rate = 0.3, .epochs = 12, .warmup_epochs = 2.0};
  EXPECT_NEAR(learning_rate(spec, 0, 10), 0.3 / 21.0, 1e-12);
  EXPECT_NEAR(learning_rate(spec, 20, 10), 0.3, 1e-12);
  EXPECT_NEAR(learning_rate(spec, 70, 10), 0.15, 1e-12);
  EXPECT_LT(learning_rate(spec, 119, 10), 1e-4);
  EXPECT_GT(learning_rate(spec, 119, 10), 0.0);
}

// By hand, step 1 from moments 0: the corrected moments are g and g^2, so each value moves by
// rate * (sign(g) + decay * value). 1 - 0.1 * (1 + 0.01 * 1) = 0.899; -2 - 0.1 * (-1) = -1.9
// without decay; at half the rate, 1 - 0.05 * 1.01 = 0.9495.
TEST(Adamw, MovesAsTheHandDoes) {
  auto values = at::tensor({1.0F, -2.0F, 1.0F});
  const auto gradients = at::tensor({0.5F, -3.0F, 0.25F});
  const Moments moments{.first = at::zeros({3}), .second = at::zeros({3}), .mean = values.clone()};
  const Factors factors{.decay = at::tensor({1.0F, 0.0F, 1.0F}),
                        .rate = at::tensor({1.0F, 1.0F, 0.5F})};
  adamw({.rate = 0.1, .weight_decay = 0.01, .ema = 0.9, .step = 1}, values, gradients, moments,
        factors, 0, 3);
  EXPECT_NEAR(values[0].item<double>(), 0.899, 1e-6);
  EXPECT_NEAR(values[1].item<double>(), -1.9, 1e-6);
  EXPECT_NEAR(values[2].item<double>(), 0.9495, 1e-6);
  // The running mean's first decay is (1 + 1) / (10 + 1) = 2/11: 2/11 * 1 + 9/11 * 0.899.
  EXPECT_NEAR(moments.mean[0].item<double>(), 2.0 / 11.0 + 9.0 / 11.0 * 0.899, 1e-6);
}

TEST(Adamw, OfTwoHalvesIsBitwiseThatOfTheWhole) {
  at::manual_seed(1);
  const auto start = at::randn({1001});
  const auto gradients = at::randn({1001});
  const Factors factors{.decay = at::ones({1001}), .rate = at::ones({1001})};
  const auto move = [&](const std::vector<std::int64_t>& cuts) {
    auto values = start.clone();
    const Moments moments{
        .first = at::zeros({1001}), .second = at::zeros({1001}), .mean = at::Tensor()};
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      adamw({.rate = 0.01, .weight_decay = 0.1, .step = 1}, values, gradients, moments, factors,
            cuts[i], cuts[i + 1] - cuts[i]);
    }
    return values;
  };
  EXPECT_TRUE(at::equal(move({0, 1001}), move({0, 500, 1001})));
}

// By hand: scores 4 3 2 1, labels + - + -. Pairs right: 4>3, 4>1, 2>1 of four = 0.75. Precision at
// the positives: 1/1 and 2/3; their mean is 5/6.
TEST(Ranking, AgreesWithTheHand) {
  const auto ranks = ranking(std::vector<float>{4, 3, 2, 1}, std::vector<std::uint8_t>{1, 0, 1, 0});
  EXPECT_DOUBLE_EQ(ranks.auroc, 0.75);
  EXPECT_DOUBLE_EQ(ranks.auprc, 5.0 / 6.0);
}

TEST(Ranking, CountsATieAsHalf) {
  const auto ranks = ranking(std::vector<float>{1, 1, 1, 1}, std::vector<std::uint8_t>{1, 0, 1, 0});
  EXPECT_DOUBLE_EQ(ranks.auroc, 0.5);
  EXPECT_DOUBLE_EQ(ranks.auprc, 0.5);
}

Cases ten_cases() {
  Cases cases;
  cases.labels = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  cases.train.resize(10);
  std::iota(cases.train.begin(), cases.train.end(), 0);
  return cases;
}

TEST(EpochRows, AreAPermutationThatItsSeedDecides) {
  const auto cases = ten_cases();
  Rng one(1);
  Rng same(1);
  Rng other(2);
  const auto rows = epoch_rows(cases, study::Sampling::AsIs, one);
  EXPECT_THAT(rows, UnorderedElementsAreArray(cases.train));
  EXPECT_EQ(rows, epoch_rows(cases, study::Sampling::AsIs, same));
  EXPECT_NE(rows, epoch_rows(cases, study::Sampling::AsIs, other));
}

// By hand: ten draws, five of two positive cases: one comes twice, the other three times. Five of
// eight negative ones: none comes twice.
TEST(EpochRows, BalancedDrawEachClassAlikeAndEachCaseOfIt) {
  Rng rng(1);
  const auto rows = epoch_rows(ten_cases(), study::Sampling::Balanced, rng);
  ASSERT_EQ(rows.size(), 10U);
  std::array<int, 10> counts{};
  for (const auto row : rows) {
    ++counts.at(static_cast<std::size_t>(row));
  }
  EXPECT_EQ(counts[0] + counts[1], 5);
  EXPECT_LE(std::abs(counts[0] - counts[1]), 1);
  EXPECT_LE(*std::max_element(counts.begin() + 2, counts.end()), 1);
}

State some_state() {
  State state;
  state.stage = 1;
  state.epoch = 4;
  state.step = 99;
  state.since_best = 2;
  state.flat = {.parameters = at::randn({7}), .statistics = at::randn({3})};
  state.moments = {.first = at::randn({7}), .second = at::randn({7}), .mean = at::Tensor()};
  state.kept = {.parameters = at::randn({7}), .statistics = at::randn({3})};
  state.best.number = 2;
  state.best.auprc = 0.123456789012345;
  state.history = {state.best, state.best};
  state.seconds = 1.5;
  state.images = 1234;
  return state;
}

TEST(Checkpoint, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "checkpoint";
  const auto state = some_state();
  ASSERT_TRUE(write_checkpoint(path, state, "job"));
  const auto read = read_checkpoint(path, "job");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(read->has_value());
  const State& back = **read;
  EXPECT_EQ(back.stage, 1);
  EXPECT_EQ(back.epoch, 4);
  EXPECT_EQ(back.step, 99);
  EXPECT_EQ(back.since_best, 2);
  EXPECT_EQ(back.images, 1234);
  EXPECT_EQ(back.best.auprc, state.best.auprc);
  EXPECT_EQ(back.history.size(), 2U);
  EXPECT_TRUE(at::equal(back.flat.parameters, state.flat.parameters));
  EXPECT_TRUE(at::equal(back.moments.second, state.moments.second));
  EXPECT_FALSE(back.moments.mean.defined());
  EXPECT_TRUE(at::equal(back.kept.statistics, state.kept.statistics));
}

TEST(Checkpoint, IsNothingWhereThereIsNoFile) {
  const TemporaryFolder folder;
  const auto read = read_checkpoint(folder.path() / "checkpoint", "job");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->has_value());
}

TEST(Checkpoint, OfAnotherJobIsRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_checkpoint(folder.path() / "checkpoint", some_state(), "one"));
  const auto read = read_checkpoint(folder.path() / "checkpoint", "two");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::FailedPrecondition);
}

TEST(Checkpoint, WithAnyChangedOrMissingByteIsRefused) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "checkpoint";
  ASSERT_TRUE(write_checkpoint(path, some_state(), "job"));
  const auto whole = read_text(path);
  ASSERT_TRUE(whole);
  for (std::size_t i = 0; i < whole->size(); i += 13) {
    auto changed = *whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    ASSERT_TRUE(write_file(path, changed));
    const auto read = read_checkpoint(path, "job");
    ASSERT_FALSE(read) << "byte " << i;
    EXPECT_EQ(read.error().code, ErrorCode::DataCorrupt);
    EXPECT_THAT(read.error().message, HasSubstr("not whole"));
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, whole->size() - 1}) {
    ASSERT_TRUE(write_file(path, std::string_view(*whole).substr(0, size)));
    EXPECT_FALSE(read_checkpoint(path, "job"));
  }
}

TEST(Spread, TakesAtMostSoManyEvenly) {
  const std::vector<std::int64_t> rows{3, 5, 7, 9, 11, 13};
  EXPECT_THAT(spread(rows, 3), ElementsAre(3, 7, 11));
  EXPECT_EQ(spread(rows, 100), rows);
}

}  // namespace
}  // namespace osler::learn::training
