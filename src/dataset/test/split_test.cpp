#include "dataset/split.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "dataset/test/builders.h"

namespace osler::dataset {
namespace {

using ::testing::HasSubstr;

SplitOptions options(std::uint64_t seed = 1) {
  return {.train = 0.7,
          .validation = 0.15,
          .test = 0.15,
          .seed = seed,
          .label = "opacity",
          .stratify = {"site"},
          .keep_duplicates_together = true};
}

std::map<std::string, std::string> split_of(const Manifest& manifest) {
  std::map<std::string, std::string> splits;
  for (const auto& film : manifest.items) {
    splits[film.id] = film.split;
  }
  return splits;
}

TEST(Split, NeverPutsAPatientOnTwoSides) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Manifest manifest = cohort(300);
    ASSERT_TRUE(split_by_patient(manifest, options(seed)));
    std::map<std::string, std::set<std::string>> sides;
    for (const auto& film : manifest.items) {
      sides[film.patient].insert(film.split);
    }
    for (const auto& [patient, splits] : sides) {
      EXPECT_EQ(splits.size(), 1U);
    }
  }
}

TEST(Split, KeepsToTheSharesAndTheStrata) {
  Manifest manifest = cohort(3000);
  ASSERT_TRUE(split_by_patient(manifest, options()));
  std::map<std::string, double> films;
  std::map<std::string, double> positive;
  std::map<std::string, double> at_site_a;
  for (const auto& film : manifest.items) {
    films[film.split] += 1.0;
    positive[film.split] += film.labels.at("opacity") == "1" ? 1.0 : 0.0;
    at_site_a[film.split] += film.attributes.at("site") == "A" ? 1.0 : 0.0;
  }
  EXPECT_NEAR(films["train"] / 3000.0, 0.70, 0.01);
  EXPECT_NEAR(films["validation"] / 3000.0, 0.15, 0.01);
  EXPECT_NEAR(films["test"] / 3000.0, 0.15, 0.01);
  for (const char* part : {"train", "validation", "test"}) {
    EXPECT_NEAR(positive[part] / films[part], 1.0 / 3.0, 0.02) << part;
    EXPECT_NEAR(at_site_a[part] / films[part], 0.5, 0.05) << part;
  }
}

TEST(Split, DependsOnTheSeedAndNotOnTheOrderOfTheFilms) {
  Manifest one = cohort(300);
  Manifest two = cohort(300);
  Rng rng(5);
  rng.shuffle(std::span(two.items));
  ASSERT_TRUE(split_by_patient(one, options(1)));
  ASSERT_TRUE(split_by_patient(two, options(1)));
  EXPECT_EQ(split_of(one), split_of(two));
  ASSERT_TRUE(split_by_patient(two, options(2)));
  EXPECT_NE(split_of(one), split_of(two));
}

TEST(Split, KeepsEqualPicturesTogether) {
  Manifest manifest = cohort(90);
  for (std::size_t i = 0; i < 30; ++i) {
    manifest.items[i].pixels = crypto::sha256("same " + std::to_string(i % 15));
  }
  ASSERT_TRUE(split_by_patient(manifest, options()));
  std::map<crypto::Digest, std::set<std::string>> sides;
  for (std::size_t i = 0; i < 30; ++i) {
    sides[*manifest.items[i].pixels].insert(manifest.items[i].split);
  }
  for (const auto& [pixels, splits] : sides) {
    EXPECT_EQ(splits.size(), 1U);
  }
}

TEST(Split, RefusesAClassWithTooFewPatients) {
  Manifest manifest;
  for (int i = 0; i < 20; ++i) {
    manifest.items.push_back(item(std::to_string(i), std::to_string(i), i < 2 ? "1" : "0"));
  }
  SplitOptions wanted = options();
  wanted.stratify.clear();
  const auto refused = split_by_patient(manifest, wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(refused.error().message, HasSubstr("2 patients"));
}

TEST(Split, RefusesWrongSharesAndUnknownColumns) {
  Manifest manifest = cohort(30);
  SplitOptions wrong = options();
  wrong.train = 0.9;
  EXPECT_EQ(split_by_patient(manifest, wrong).error().code, ErrorCode::InvalidArgument);
  wrong = options();
  wrong.label = "opacty";
  const auto unknown = split_by_patient(manifest, wrong);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
  EXPECT_THAT(unknown.error().advice, HasSubstr("opacity"));
  Manifest empty;
  EXPECT_FALSE(split_by_patient(empty, options()));
}

TEST(Split, TakesAGivenOne) {
  Manifest manifest = cohort(3);
  manifest.items[0].attributes["part"] = "Training";
  manifest.items[1].attributes["part"] = "val";
  manifest.items[2].attributes["part"] = "TEST";
  ASSERT_TRUE(split_as_given(manifest, "part"));
  EXPECT_EQ(manifest.items[0].split, "train");
  EXPECT_EQ(manifest.items[1].split, "validation");
  EXPECT_EQ(manifest.items[2].split, "test");
  manifest.items[2].attributes["part"] = "holdout";
  EXPECT_EQ(split_as_given(manifest, "part").error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(split_as_given(manifest, "absent").error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace osler::dataset
