#include "dataset/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::dataset {
namespace {

using ::testing::HasSubstr;

// Patients of 1 to 8 films, a fifth of the films positive, three sites of unlike size, ages.
Manifest cohort(std::size_t patients, std::uint64_t seed) {
  Rng rng(seed);
  Manifest manifest;
  for (std::size_t p = 0; p < patients; ++p) {
    const std::string patient = "p" + std::to_string(p);
    const std::string site = rng.chance(0.6) ? "north" : rng.chance(0.75) ? "south" : "east";
    const std::string age = std::to_string(rng.below(90));
    const std::uint64_t films = 1 + rng.below(rng.chance(0.1) ? 8 : 2);
    for (std::uint64_t film = 0; film < films; ++film) {
      const std::string id = "f" + std::to_string(p) + "-" + std::to_string(film);
      manifest.items.push_back({.id = id,
                                .patient = patient,
                                .object = crypto::sha256(id),
                                .media = "application/dicom",
                                .labels = {{"finding", rng.chance(0.2) ? "1" : "0"}},
                                .attributes = {{"site", site}, {"age", age}},
                                .split = "",
                                .pixels = crypto::sha256(id)});
    }
  }
  return manifest;
}

std::map<std::string, std::string> assignment(const Manifest& manifest) {
  std::map<std::string, std::string> parts;
  for (const auto& item : manifest.items) {
    parts[item.id] = item.split;
  }
  return parts;
}

double count(const Manifest& manifest, const auto& wanted) {
  return static_cast<double>(std::ranges::count_if(manifest.items, wanted));
}

double share(const Manifest& manifest, std::string_view split, const auto& wanted) {
  const auto in_part = [&](const Item& item) { return wanted(item) && item.split == split; };
  return count(manifest, in_part) / count(manifest, wanted);
}

const SplitOptions kOptions{.seed = 7, .label = "finding", .stratify = {"site"}};

class SplitProperty : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SplitProperty, NoPatientIsOnTwoSidesAndEveryFilmIsSomewhere) {
  Manifest manifest = cohort(400, GetParam());
  ASSERT_TRUE(split_by_patient(manifest, kOptions));

  std::map<std::string, std::set<std::string>> parts;
  for (const auto& item : manifest.items) {
    EXPECT_FALSE(item.split.empty());
    parts[item.patient].insert(item.split);
  }
  EXPECT_TRUE(std::ranges::all_of(parts, [](const auto& p) { return p.second.size() == 1; }));
}

TEST_P(SplitProperty, SameSeedSameSplitAndAnotherSeedAnother) {
  Manifest first = cohort(400, GetParam());
  Manifest second = first;
  Manifest third = first;
  SplitOptions other = kOptions;
  other.seed = 8;

  ASSERT_TRUE(split_by_patient(first, kOptions));
  ASSERT_TRUE(split_by_patient(second, kOptions));
  ASSERT_TRUE(split_by_patient(third, other));

  EXPECT_EQ(assignment(first), assignment(second));
  EXPECT_NE(assignment(first), assignment(third));
}

TEST_P(SplitProperty, DoesNotDependOnTheOrderOfTheItems) {
  Manifest first = cohort(400, GetParam());
  Manifest shuffled = first;
  Rng rng(GetParam() + 1);
  rng.shuffle(std::span(shuffled.items));

  SplitOptions options = kOptions;
  options.stratify = {"site", "age"};
  ASSERT_TRUE(split_by_patient(first, options));
  ASSERT_TRUE(split_by_patient(shuffled, options));

  EXPECT_EQ(assignment(first), assignment(shuffled));
}

// 400 patients are about 700 films: within one point of the shares asked.
TEST_P(SplitProperty, SharesAreWhatWasAsked) {
  Manifest manifest = cohort(400, GetParam());
  ASSERT_TRUE(split_by_patient(manifest, kOptions));

  const auto any = [](const Item&) { return true; };
  EXPECT_NEAR(share(manifest, kTrain, any), 0.7, 0.01);
  EXPECT_NEAR(share(manifest, kValidation, any), 0.1, 0.01);
  EXPECT_NEAR(share(manifest, kTest, any), 0.2, 0.01);
}

// Classes, and classes at each site, are balanced as far as whole patients allow.
TEST_P(SplitProperty, ClassesAndSitesAreBalanced) {
  Manifest manifest = cohort(400, GetParam());
  ASSERT_TRUE(split_by_patient(manifest, kOptions));

  for (const std::string label : {"0", "1"}) {
    const auto of_class = [&](const Item& item) { return item.labels.at("finding") == label; };
    EXPECT_NEAR(share(manifest, kTest, of_class), 0.2, 0.03) << label;
    EXPECT_NEAR(share(manifest, kValidation, of_class), 0.1, 0.03) << label;
    for (const std::string site : {"north", "south", "east"}) {
      const auto at_site = [&](const Item& item) {
        return of_class(item) && item.attributes.at("site") == site;
      };
      // Within three films.
      EXPECT_NEAR(share(manifest, kTest, at_site), 0.2, 3.0 / count(manifest, at_site))
          << label << " at " << site;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cohorts, SplitProperty, ::testing::Values(1, 2, 3, 4, 5));

TEST(Split, LargePatientsComeIntoEveryPart) {
  // The 20 patients with the most films are not all put into the training part.
  Manifest manifest = cohort(600, 11);
  ASSERT_TRUE(split_by_patient(manifest, {.train = 0.5, .validation = 0.2, .test = 0.3}));
  std::map<std::string, int> films;
  std::map<std::string, std::string> part;
  for (const auto& item : manifest.items) {
    ++films[item.patient];
    part[item.patient] = item.split;
  }
  std::map<std::string, int> large;
  for (const auto& [patient, count] : films) {
    large[part[patient]] += count >= 4 ? 1 : 0;
  }
  EXPECT_GT(large["train"], 0);
  EXPECT_GT(large["validation"], 0);
  EXPECT_GT(large["test"], 0);
}

TEST(Split, KeepsDuplicatesTogetherWhenAsked) {
  Manifest manifest = cohort(200, 3);
  for (std::size_t i = 0; i + 50 < manifest.items.size(); i += 7) {
    manifest.items[i + 50].pixels = manifest.items[i].pixels;
  }
  ASSERT_TRUE(split_by_patient(manifest, kOptions));
  std::map<crypto::Digest, std::set<std::string>> parts;
  for (const auto& item : manifest.items) {
    parts[*item.pixels].insert(item.split);
  }
  EXPECT_TRUE(std::ranges::all_of(parts, [](const auto& p) { return p.second.size() == 1; }));

  SplitOptions apart = kOptions;
  apart.keep_duplicates_together = false;
  ASSERT_TRUE(split_by_patient(manifest, apart));
  std::map<crypto::Digest, std::set<std::string>> loose;
  for (const auto& item : manifest.items) {
    loose[*item.pixels].insert(item.split);
  }
  EXPECT_FALSE(std::ranges::all_of(loose, [](const auto& p) { return p.second.size() == 1; }));
}

TEST(Split, ItemsWithoutAPatientAreGroupsOfTheirOwn) {
  Manifest manifest = cohort(300, 5);
  for (auto& item : manifest.items) {
    item.patient.clear();
  }
  ASSERT_TRUE(split_by_patient(manifest, kOptions));
  EXPECT_NEAR(share(manifest, kTest, [](const Item&) { return true; }), 0.2, 0.01);
}

TEST(Split, PutsARareClassIntoEveryPart) {
  Manifest manifest = cohort(200, 9);
  for (auto& item : manifest.items) {
    item.labels["finding"] = "0";
  }
  std::set<std::string> rare;
  for (auto& item : manifest.items) {
    if (rare.size() < 3 || rare.contains(item.patient)) {
      rare.insert(item.patient);
      item.labels["finding"] = "1";
    }
  }
  ASSERT_TRUE(split_by_patient(manifest, kOptions));
  std::set<std::string> parts;
  for (const auto& item : manifest.items) {
    if (item.labels.at("finding") == "1") {
      parts.insert(item.split);
    }
  }
  EXPECT_EQ(parts.size(), 3U);
}

TEST(Split, RefusesAClassOfFewerPatientsThanParts) {
  Manifest manifest = cohort(50, 9);
  for (auto& item : manifest.items) {
    item.labels["finding"] = item.patient == "p1" || item.patient == "p2" ? "1" : "0";
  }
  const Manifest before = manifest;

  const auto result = split_by_patient(manifest, kOptions);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(result.error().message, HasSubstr("\"finding\" is \"1\" in 2 patients only"));
  EXPECT_EQ(manifest, before);
  // Two parts can be filled.
  EXPECT_TRUE(split_by_patient(manifest,
                               {.train = 0.7, .validation = 0.0, .test = 0.3, .label = "finding"}));
  EXPECT_EQ(count_splits(manifest).validation, 0U);
}

TEST(Split, RefusesWrongSharesAndUnknownNames) {
  Manifest manifest = cohort(50, 9);
  EXPECT_EQ(split_by_patient(manifest, {.train = 0.9, .validation = 0.2, .test = 0.2}).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(
      split_by_patient(manifest, {.train = 1.2, .validation = -0.2, .test = 0.0}).error().code,
      ErrorCode::InvalidArgument);
  EXPECT_EQ(split_by_patient(manifest, {.train = std::nan(""), .validation = 0.2, .test = 0.2})
                .error()
                .code,
            ErrorCode::InvalidArgument);
  Manifest nothing;
  EXPECT_EQ(split_by_patient(nothing, {}).error().code, ErrorCode::InvalidArgument);

  const auto label = split_by_patient(manifest, {.label = "findings"});
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, ErrorCode::NotFound);
  EXPECT_THAT(label.error().message, HasSubstr("did you mean \"finding\""));
  EXPECT_FALSE(split_by_patient(manifest, {.stratify = {"scanner"}}));
}

std::set<std::string> trained_on(const Manifest& manifest) {
  std::set<std::string> ids;
  for (const auto& item : manifest.items) {
    if (item.split == kTrain) {
      ids.insert(item.id);
    }
  }
  return ids;
}

TEST(TrainShare, KeepsWholePatientsOfBothKindsAndLeavesTheOtherPartsAlone) {
  Manifest whole = cohort(200, 9);
  ASSERT_TRUE(split_by_patient(whole, kOptions));
  const auto all = trained_on(whole);
  std::set<std::string> before;
  for (const double share : {0.01, 0.1, 0.3, 1.0}) {
    Manifest manifest = whole;
    keep_train_share(manifest, share, 5, "finding");

    std::map<std::string, std::set<std::string>> splits_of_patient;
    std::set<std::string> classes;
    std::set<std::string> patients;
    std::set<std::string> all_patients;
    for (std::size_t i = 0; i < manifest.items.size(); ++i) {
      const auto& item = manifest.items[i];
      splits_of_patient[item.patient].insert(item.split);
      if (whole.items[i].split != kTrain) {
        EXPECT_EQ(item.split, whole.items[i].split);
        continue;
      }
      all_patients.insert(item.patient);
      if (item.split == kTrain) {
        classes.insert(item.labels.at("finding"));
        patients.insert(item.patient);
      } else {
        EXPECT_EQ(item.split, "");
      }
    }
    for (const auto& [patient, splits] : splits_of_patient) {
      EXPECT_EQ(splits.size(), 1U) << patient;
    }
    EXPECT_EQ(classes.size(), 2U) << share;
    EXPECT_NEAR(static_cast<double>(patients.size()),
                share * static_cast<double>(all_patients.size()), 2.0);
    const auto kept = trained_on(manifest);
    EXPECT_TRUE(std::ranges::includes(kept, before)) << "a smaller share lies within a larger one";
    before = kept;
  }
  EXPECT_EQ(before, all);
}

TEST(SplitAsGiven, TakesTheWordsThatDataSetsUse) {
  Manifest manifest = cohort(3, 1);
  manifest.items.resize(3);
  manifest.items[0].attributes["subset"] = "TRAIN";
  manifest.items[1].attributes["subset"] = "val";
  manifest.items[2].attributes["subset"] = "testing";

  ASSERT_TRUE(split_as_given(manifest, "subset"));
  EXPECT_EQ(manifest.items[0].split, "train");
  EXPECT_EQ(manifest.items[1].split, "validation");
  EXPECT_EQ(manifest.items[2].split, "test");

  manifest.items[1].attributes["subset"] = "holdout";
  const auto result = split_as_given(manifest, "subset");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(result.error().message, HasSubstr("holdout"));
  EXPECT_EQ(split_as_given(manifest, "absent").error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace osler::dataset
