#include "base/arrays/array.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::arrays {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Array, GivesItsValuesInTheirOwnTypeOnly) {
  const auto array = Array::of<std::int16_t>({2, 2}, std::vector<std::int16_t>{1, -2, 3, 400});

  const auto values = array.values<std::int16_t>();
  ASSERT_TRUE(values);
  EXPECT_THAT(*values, ElementsAre(1, -2, 3, 400));
  const auto wrong = array.values<float>();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("[2, 2] int16"));
}

TEST(Array, ConvertsToFloatsAndIntegers) {
  const auto bytes = Array::of<std::uint8_t>({3}, std::vector<std::uint8_t>{0, 128, 255});
  const auto doubles = Array::of<double>({2}, std::vector<double>{-3.0, 7.0});

  EXPECT_THAT(bytes.to_floats(), ElementsAre(0.0F, 128.0F, 255.0F));
  const auto integers = doubles.to_integers();
  ASSERT_TRUE(integers);
  EXPECT_THAT(*integers, ElementsAre(-3, 7));
}

TEST(Array, RefusesIntegersThatAreNotWholeOrTooLarge) {
  EXPECT_FALSE(Array::of<double>({1}, std::vector<double>{0.5}).to_integers());
  EXPECT_FALSE(Array::of<double>({1}, std::vector<double>{1e19}).to_integers());
  EXPECT_FALSE(Array::of<double>({1}, std::vector<double>{std::nan("")}).to_integers());
  const std::vector<std::uint64_t> large{std::numeric_limits<std::uint64_t>::max()};
  EXPECT_FALSE(Array::of<std::uint64_t>({1}, large).to_integers());
}

// From the table of IEEE 754-2008: 1, -2, the largest, the smallest subnormal, infinity.
TEST(Half, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(half_to_float(0x3C00), 1.0F);
  EXPECT_EQ(half_to_float(0xC000), -2.0F);
  EXPECT_EQ(half_to_float(0x7BFF), 65504.0F);
  EXPECT_EQ(half_to_float(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(half_to_float(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(half_to_float(0x7E00)));
  EXPECT_TRUE(std::signbit(half_to_float(0x8000)));
}

TEST(ElementCount, NoticesOverflow) {
  EXPECT_EQ(element_count(std::vector<std::size_t>{}), 1U);
  EXPECT_EQ(element_count(std::vector<std::size_t>{3, 0, 5}), 0U);
  EXPECT_EQ(element_count(std::vector<std::size_t>{1ULL << 40, 1ULL << 40}), std::nullopt);
}

}  // namespace
}  // namespace osler::arrays
