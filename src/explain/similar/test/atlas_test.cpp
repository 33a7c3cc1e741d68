#include "explain/similar/atlas.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::explain::similar {
namespace {

// Four films in the plane: along x, along y, between, and opposite to x.
Atlas plane() {
  Atlas atlas{.features_per_film = 2,
              .features = {2.0F, 0.0F, 0.0F, 1.0F, 1.0F, 1.0F, -3.0F, 0.0F},
              .positive = {1, 0, 1, 0},
              .objects = {}};
  for (const char* name : {"a", "b", "c", "d"}) {
    atlas.objects.push_back(crypto::sha256(std::string_view(name)));
  }
  return atlas;
}

// By hand: (5, 0) is at 0 from x, at 1 - 1/sqrt 2 from the film between, at 1 from y, at 2 from -x.
TEST(Nearest, OrdersByTheAngleBetween) {
  const auto found = nearest(plane(), std::vector<float>{5.0F, 0.0F}, 4);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 4U);
  EXPECT_EQ((*found)[0].film, 0U);
  EXPECT_NEAR((*found)[0].distance, 0.0, 1e-12);
  EXPECT_EQ((*found)[1].film, 2U);
  EXPECT_NEAR((*found)[1].distance, 1.0 - 1.0 / std::sqrt(2.0), 1e-7);
  EXPECT_EQ((*found)[2].film, 1U);
  EXPECT_EQ((*found)[3].film, 3U);
  EXPECT_NEAR((*found)[3].distance, 2.0, 1e-12);
}

TEST(Nearest, GivesNoMoreThanThereAre) {
  EXPECT_EQ(nearest(plane(), std::vector<float>{1.0F, 1.0F}, 3)->size(), 3U);
  EXPECT_EQ(nearest(plane(), std::vector<float>{1.0F, 1.0F}, 9)->size(), 4U);
  EXPECT_TRUE(nearest({.features_per_film = 2}, std::vector<float>{1.0F, 1.0F}, 3)->empty());
}

TEST(Nearest, RefusesOtherFeatures) {
  EXPECT_FALSE(nearest(plane(), std::vector<float>{1.0F}, 3));
  EXPECT_FALSE(
      nearest(plane(), std::vector<float>{1.0F, std::numeric_limits<float>::quiet_NaN()}, 3));
}

TEST(Atlas, ReadsBackAsWritten) {
  const auto bytes = plane().serialise();
  ASSERT_TRUE(bytes);
  const auto again = Atlas::deserialise(*bytes);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->features, plane().features);
  EXPECT_EQ(again->positive, plane().positive);
  EXPECT_EQ(again->objects, plane().objects);
}

TEST(Atlas, RefusesWhatDoesNotGoTogether) {
  EXPECT_FALSE(Atlas::deserialise(Bytes(40, std::byte{7})));
  auto short_of_one = plane();
  short_of_one.positive.pop_back();
  const auto bytes = short_of_one.serialise();
  EXPECT_TRUE(!bytes || !Atlas::deserialise(*bytes));
  auto wrong = plane();
  wrong.positive[0] = 2;
  EXPECT_FALSE(Atlas::deserialise(*wrong.serialise()));
}

}  // namespace
}  // namespace osler::explain::similar
