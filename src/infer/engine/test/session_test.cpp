#include "infer/engine/session.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/rng.h"
#include "tests/support/networks.h"

namespace osler::infer::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::size_t kPixels = 12 * 12;

std::vector<float> random_images(std::size_t n, std::uint64_t seed, std::size_t pixels = kPixels) {
  Rng rng(seed);
  std::vector<float> images(n * pixels);
  std::ranges::generate(images, [&] { return static_cast<float>(rng.normal()); });
  return images;
}

// The part of `outputs` that belongs to one image.
std::vector<float> row(const std::vector<float>& values, std::size_t images, std::size_t index) {
  const std::size_t size = values.size() / images;
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(index * size);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

TEST(Session, GivesLogitsFeaturesAndMap) {
  const auto session = Session::create(test::make_network());
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->channels(), 1U);
  EXPECT_EQ(session->height(), 12U);
  EXPECT_EQ(session->width(), 12U);

  const auto outputs = session->run(random_images(3, 1), 3);

  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->classes, 1U);
  EXPECT_THAT(outputs->logits, SizeIs(3));
  EXPECT_EQ(outputs->features_per_image, 6U);
  EXPECT_THAT(outputs->features, SizeIs(3 * 6));
  EXPECT_EQ(outputs->map_height, 6U);
  EXPECT_EQ(outputs->map_width, 6U);
  EXPECT_THAT(outputs->map, SizeIs(3 * 6 * 6 * 6));
}

// The features are the means of the map, which the network itself pools.
TEST(Session, FeaturesAreTheMeansOfTheMap) {
  const auto session = Session::create(test::make_network());
  ASSERT_TRUE(session);
  const auto outputs = session->run(random_images(2, 2), 2);
  ASSERT_TRUE(outputs);

  for (std::size_t i = 0; i < outputs->features.size(); ++i) {
    double sum = 0.0;
    for (std::size_t p = 0; p < 36; ++p) {
      sum += static_cast<double>(outputs->map[i * 36 + p]);
    }
    EXPECT_NEAR(sum / 36.0, static_cast<double>(outputs->features[i]), 1e-6);
  }
}

struct Batch {
  std::size_t classes;
  int threads;
  test::Tail tail;
};

class SessionBatches : public ::testing::TestWithParam<Batch> {};

// Dynamic batching must never change a probability, not in its last bit.
TEST_P(SessionBatches, HaveBitwiseTheResultsOfEachImageAlone) {
  const auto& batch = GetParam();
  const auto session = Session::create(
      test::make_network({.features = 37, .classes = batch.classes, .tail = batch.tail}),
      {.threads = batch.threads});
  ASSERT_TRUE(session) << session.error().message;
  const auto images = random_images(71, 3);

  const auto all = session->run(images, 71);

  ASSERT_TRUE(all);
  for (std::size_t i = 0; i < 71; ++i) {
    const auto one = session->run(row(images, 71, i), 1);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->logits, row(all->logits, 71, i)) << "image " << i;
    EXPECT_EQ(one->features, row(all->features, 71, i)) << "image " << i;
    EXPECT_EQ(one->map, row(all->map, 71, i)) << "image " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, SessionBatches,
                         ::testing::Values(Batch{1, 1, test::Tail::PoolFlattenGemm},
                                           Batch{1, 2, test::Tail::PoolFlattenGemm},
                                           Batch{2, 1, test::Tail::PoolFlattenGemm},
                                           Batch{5, 2, test::Tail::PoolFlattenGemm},
                                           Batch{1, 1, test::Tail::MeanMatMulAdd},
                                           Batch{2, 2, test::Tail::FlattenGemm}));

TEST(Session, TakesCallersFromSeveralThreads) {
  const auto session = Session::create(test::make_network());
  ASSERT_TRUE(session);
  const auto images = random_images(16, 4);
  const auto expected = session->run(images, 16);
  ASSERT_TRUE(expected);

  std::vector<int> equal(4, 0);
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < equal.size(); ++caller) {
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 20; ++round) {
        const auto outputs = session->run(images, 16);
        equal[caller] += outputs && outputs->logits == expected->logits ? 1 : 0;
      }
    });
  }
  for (auto& caller : callers) {
    caller.join();
  }

  EXPECT_THAT(equal, ::testing::Each(20));
}

TEST(Session, RunsANetworkOfOneImageAtATime) {
  const auto any = Session::create(test::make_network());
  const auto single = Session::create(test::make_network({.free_batch = false}));
  ASSERT_TRUE(any && single);
  const auto images = random_images(5, 5);

  const auto outputs = single->run(images, 5);

  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(outputs->logits, any->run(images, 5)->logits);
}

TEST(Session, RefusesBytesThatAreNoNetwork) {
  const auto session = Session::create(as_bytes("not a network"));
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(session.error().message, HasSubstr("cannot load"));
}

TEST(Session, RefusesImagesOfAnotherSize) {
  const auto session = Session::create(test::make_network());
  ASSERT_TRUE(session);
  for (const std::size_t values : {std::size_t{0}, kPixels - 1, kPixels, 2 * kPixels + 2}) {
    const auto outputs = session->run(std::vector<float>(values), 2);
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().code, ErrorCode::InvalidArgument);
  }
  EXPECT_FALSE(session->run({}, 0));
  EXPECT_FALSE(Session::create(test::make_network(), {.threads = 0}));
}

TEST(Session, GivesNoResultThatIsNotANumber) {
  const auto session = Session::create(test::make_network());
  ASSERT_TRUE(session);
  const std::vector<float> image(kPixels, std::numeric_limits<float>::quiet_NaN());

  const auto outputs = session->run(image, 1);

  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code, ErrorCode::DataCorrupt);
}

// What a network asks for shows only when it is loaded or run: neither may take the process along.
TEST(Session, RefusesANetworkThatAsksForMoreMemoryThanAllSessionsMayUse) {
  for (const auto greed : {test::Greed::WhenLoaded, test::Greed::WhenRun}) {
    const auto session = Session::create(test::make_greedy_network(greed, 12, 12));
    const auto outputs =
        session ? session->run(random_images(1, 6), 1) : Result<Outputs>(session.error());
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().code, ErrorCode::NotSupported) << outputs.error().message;
    EXPECT_THAT(outputs.error().message, HasSubstr("of memory"));
    EXPECT_FALSE(outputs.error().advice.empty());
  }
  rusage used{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &used), 0);
  EXPECT_LT(used.ru_maxrss, long{5} << 20);  // in KiB
  EXPECT_TRUE(Session::create(test::make_network())->run(random_images(2, 6), 2));
}

// Bytes of this process that lie in memory.
std::size_t resident() {
  std::ifstream facts("/proc/self/statm");
  std::size_t whole = 0;
  std::size_t pages = 0;
  facts >> whole >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// ONNX Runtime would keep what it folds outside of the memory that is bounded.
TEST(Session, KeepsNoConstantsThatItMadeWhenItWasLoaded) {
  const std::size_t before = resident();
  const auto session = Session::create(test::make_greedy_network(test::Greed::WhenKept, 12, 12));
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_LT(resident(), before + (std::size_t{200} << 20));
  EXPECT_TRUE(session->run(random_images(1, 6), 1));
}

}  // namespace
}  // namespace osler::infer::engine
