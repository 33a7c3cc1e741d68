#include "explain/novelty/novelty.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "base/rng.h"
#include "tests/support/shared_data.h"

namespace osler::explain::novelty {
namespace {

constexpr std::size_t kSide = 16;
constexpr std::size_t kFeatures = 24;

// Films of one hospital: a bright disc of varying size and place, noise, and features that follow a
// few hidden causes, as a network's do.
struct Cohort {
  std::vector<float> pixels{};
  std::vector<float> features{};
  std::size_t count = 0;

  [[nodiscard]] Films films() const { return {count, kSide, kSide, pixels, kFeatures, features}; }
};

struct Hospital {
  double noise = 0.1;
  double blur = 1.5;           // pixels over which the disc's edge falls
  double feature_shift = 0.0;  // in deviations
  double gain = 1.0;
};

Cohort cohort(std::size_t count, std::uint64_t seed, const Hospital& hospital = {}) {
  Cohort made;
  made.count = count;
  Rng rng(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const double radius = rng.uniform(4.0, 6.0);
    const double middle = rng.normal(7.5, 0.5);
    for (std::size_t p = 0; p < kSide * kSide; ++p) {
      const double away = std::hypot(static_cast<double>(p % kSide) - middle,
                                     static_cast<double>(p / kSide) - middle);
      const double disc = 1.0 / (1.0 + std::exp((away - radius) / hospital.blur));
      made.pixels.push_back(
          static_cast<float>(hospital.gain * disc + rng.normal(0.0, hospital.noise)));
    }
    const double causes[] = {rng.normal(), rng.normal(), rng.normal()};
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const double value = causes[f % 3] + 0.3 * rng.normal() + hospital.feature_shift;
      made.features.push_back(static_cast<float>(std::max(value + 1.0, 0.0)));
    }
  }
  return made;
}

double share_strange(const Detector& detector, const Cohort& films) {
  const auto readings = detector.read(films.films());
  EXPECT_TRUE(readings);
  const auto strange =
      std::ranges::count_if(*readings, [](const Reading& reading) { return reading.strange; });
  return static_cast<double>(strange) / static_cast<double>(films.count);
}

Detector fitted(std::size_t films, double rate, std::uint64_t seed = 1) {
  const auto own = cohort(films, seed);
  auto detector = Detector::fit(own.films(), {.false_alarm_rate = rate});
  EXPECT_TRUE(detector) << detector.error().message;
  return *std::move(detector);
}

struct Rate {
  std::size_t films;
  double stated;
};

class NoveltyRates : public ::testing::TestWithParam<Rate> {};

// The mean over twenty fits, each on its own films: a single one varies with its films.
TEST_P(NoveltyRates, AreWhatIsStated) {
  double alarms = 0.0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto detector = fitted(GetParam().films, GetParam().stated, 10 + seed);
    alarms += share_strange(detector, cohort(300, 100 + seed)) / 20.0;
  }
  EXPECT_GT(alarms, GetParam().stated * 0.6);
  EXPECT_LT(alarms, GetParam().stated * 1.4);
}

INSTANTIATE_TEST_SUITE_P(Fits, NoveltyRates,
                         ::testing::Values(Rate{200, 0.05}, Rate{500, 0.02}, Rate{150, 0.1}));

TEST(Novelty, TellsFilmsOfAnotherKind) {
  const auto detector = fitted(300, 0.02);
  EXPECT_GT(share_strange(detector, cohort(200, 5, {.noise = 0.3})), 0.95);
  EXPECT_GT(share_strange(detector, cohort(200, 5, {.blur = 0.3})), 0.95);
  EXPECT_GT(share_strange(detector, cohort(200, 5, {.feature_shift = 4.0})), 0.95);
  EXPECT_GT(share_strange(detector, cohort(200, 5, {.gain = 3.0})), 0.95);
}

TEST(Novelty, SaysWhichPartIsStrange) {
  const auto detector = fitted(300, 0.02);
  const auto shifted = cohort(1, 5, {.feature_shift = 6.0});
  const auto reading = detector.read(shifted.films());
  ASSERT_TRUE(reading);
  EXPECT_GT(reading->front().features, 1.0);
  EXPECT_LT(reading->front().picture, 1.0);
  EXPECT_EQ(reading->front().score, reading->front().features);
}

// A patient's films are nearly the same: left in both halves, they would make the limit too low.
TEST(Novelty, KeepsAPatientsFilmsInOneFold) {
  const auto patients = cohort(60, 3);
  Cohort films;
  std::vector<std::uint32_t> groups;
  Rng rng(4);
  for (std::size_t i = 0; i < 60 * 4; ++i) {
    const std::size_t patient = i / 4;
    groups.push_back(static_cast<std::uint32_t>(patient));
    for (std::size_t p = 0; p < kSide * kSide; ++p) {
      films.pixels.push_back(patients.pixels[patient * kSide * kSide + p]);
    }
    for (std::size_t f = 0; f < kFeatures; ++f) {
      films.features.push_back(patients.features[patient * kFeatures + f] +
                               static_cast<float>(rng.normal(0.0, 0.01)));
    }
  }
  films.count = 240;
  const auto naive = Detector::fit(films.films(), {.false_alarm_rate = 0.05});
  const auto honest = Detector::fit(films.films(), {.false_alarm_rate = 0.05, .groups = groups});
  ASSERT_TRUE(naive && honest);
  const auto fresh = cohort(1000, 9);
  EXPECT_LT(share_strange(*honest, fresh), share_strange(*naive, fresh));
}

TEST(Novelty, WorksWithoutFeaturesAndWithConstantMeasures) {
  auto own = cohort(100, 1);
  Films films = own.films();
  films.features = {};
  films.features_per_film = 0;
  const auto detector = Detector::fit(films, {.false_alarm_rate = 0.05});
  ASSERT_TRUE(detector) << detector.error().message;
  const auto readings = detector->read(films);
  ASSERT_TRUE(readings);
  EXPECT_EQ(readings->front().features, 0.0);
  EXPECT_FALSE(detector->read(own.films()));
}

TEST(Novelty, CallsAFilmStrangeThatIsNotANumber) {
  const auto detector = fitted(100, 0.05);
  auto film = cohort(1, 1);
  film.features[3] = std::numeric_limits<float>::quiet_NaN();
  const auto reading = detector.read(film.films());
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->front().strange);
}

TEST(Novelty, ComesBackFromItsBytes) {
  const auto detector = fitted(100, 0.05);
  const auto bytes = detector.serialise();
  const auto again = Detector::deserialise(bytes);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->false_alarm_rate(), 0.05);
  EXPECT_EQ(again->films(), 100U);
  EXPECT_EQ(again->serialise(), bytes);
  const auto films = cohort(20, 8);
  const auto before = detector.read(films.films());
  const auto after = again->read(films.films());
  ASSERT_TRUE(before && after);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ((*before)[i].score, (*after)[i].score);
  }
}

// Real films, 28 pixels a side: fitted on the validation part, read on 1,000 of the training part.
TEST(Novelty, GivesFewFalseAlarmsOnRealFilms) {
  const auto path = test::shared_data() / "imaging" / "medmnist" / "pneumoniamnist.npz";
  OSLER_NEEDS(path);
  const auto npz = arrays::Npz::open(path);
  ASSERT_TRUE(npz);
  const auto pixels = [&](const char* part, std::size_t count) {
    auto values = npz->read(part)->to_floats();
    values.resize(count * 28 * 28);
    return values;
  };
  const auto validation = pixels("val_images", 524);
  const auto training = pixels("train_images", 1000);
  const auto detector = Detector::fit({524, 28, 28, validation, 0, {}}, {.false_alarm_rate = 0.02});
  ASSERT_TRUE(detector);
  const auto readings = detector->read({1000, 28, 28, training, 0, {}});
  ASSERT_TRUE(readings);
  const auto strange = std::ranges::count_if(*readings, [](const auto& r) { return r.strange; });
  EXPECT_LT(strange, 40);
  auto negative = training;
  std::ranges::transform(negative, negative.begin(), [](float value) { return 255.0F - value; });
  const auto inverted = detector->read({1000, 28, 28, negative, 0, {}});
  ASSERT_TRUE(inverted);
  EXPECT_GT(std::ranges::count_if(*inverted, [](const auto& r) { return r.strange; }), 900);
}

TEST(Novelty, RefusesOtherBytes) {
  EXPECT_EQ(Detector::deserialise(as_bytes("no")).error().code, ErrorCode::DataCorrupt);
  auto bytes = fitted(100, 0.05).serialise();
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(Detector::deserialise(bytes));
}

TEST(Novelty, RefusesTooFewFilmsAndBadRates) {
  const auto few = cohort(39, 1);
  const auto enough = cohort(60, 1);
  const std::vector<std::uint32_t> one_patient(60, 7);
  EXPECT_FALSE(Detector::fit(few.films(), {}));
  EXPECT_FALSE(Detector::fit(enough.films(), {.false_alarm_rate = 0.0}));
  EXPECT_FALSE(Detector::fit(enough.films(), {.false_alarm_rate = 0.6}));
  EXPECT_FALSE(Detector::fit(enough.films(), {.folds = 1}));
  EXPECT_FALSE(Detector::fit(enough.films(), {.groups = one_patient}));
  auto films = enough.films();
  films.count = 50;
  EXPECT_FALSE(Detector::fit(films, {}));
}

// By hand on an 8 x 8 picture of columns 0 1 0 1 …: mean and deviation 1/2, every step across 1,
// the finest octave has the energy 1/4, its mirror image is its opposite.
TEST(MeasurePicture, AgreesWithAHandWorkedExample) {
  std::vector<float> stripes(64);
  for (std::size_t p = 0; p < 64; ++p) {
    stripes[p] = static_cast<float>(p % 2);
  }
  const auto measured = measure_picture(stripes, 8, 8);
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(kPictureMeasures, name);
    return measured[static_cast<std::size_t>(found - kPictureMeasures.begin())];
  };
  EXPECT_NEAR(value("mean"), 0.5, 1e-9);
  EXPECT_NEAR(value("deviation"), 0.5, 1e-9);
  EXPECT_NEAR(value("gradient"), 0.0, 1e-5);  // log 1
  EXPECT_NEAR(value("symmetry"), -1.0, 1e-9);
  EXPECT_NEAR(value("levels"), std::log(2.0), 1e-9);
  EXPECT_NEAR(value("quantile_99"), 1.0, 1e-9);
  EXPECT_NEAR(value("spectrum_detail"), 0.0, 1e-9);  // 8 pixels have one octave alone
}

}  // namespace
}  // namespace osler::explain::novelty
