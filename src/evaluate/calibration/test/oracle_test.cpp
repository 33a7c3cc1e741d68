// Agreement with scikit-learn, statsmodels and rms, by their stored output.

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "evaluate/calibration/fit.h"
#include "evaluate/calibration/reliability.h"
#include "evaluate/metrics/scoring.h"
#include "evaluate/regression/logistic.h"
#include "tests/support/statistics.h"

namespace osler::evaluate::calibration {
namespace {

using test::Oracle;

TEST(Oracle, CalibrationErrors) {
  OSLER_ORACLE(oracle, "calibration_methods");
  const auto labels = oracle.labels("calibration.csv", "y");
  for (const auto& [name, want] : oracle.expected().at("ece").items()) {
    const auto p = oracle.column("calibration.csv", name);
    const Cases cases{.scores = p, .labels = labels};
    const std::pair<const char*, Binning> kinds[] = {{"equal_width_15", Binning::EqualWidth},
                                                     {"equal_mass_15", Binning::EqualCount}};
    for (const auto& [key, binning] : kinds) {
      const auto found = *reliability(cases, {.bins = 15, .binning = binning});
      const auto& expected = want.at(key);
      oracle.compare(found.expected_error, expected.at("ece"), name);
      oracle.compare(found.largest_error, expected.at("mce"), name);
      oracle.compare(found.average_error, expected.at("ace_unweighted_over_nonempty"), name);
      oracle.compare(found.root_mean_square, expected.at("rms_ce"), name);
      ASSERT_EQ(found.bins.size(), expected.at("bins").size());
      for (std::size_t i = 0; i < found.bins.size(); ++i) {
        const auto& bin = expected.at("bins")[i];
        EXPECT_EQ(found.bins[i].index, bin.at("bin").get<std::size_t>());
        EXPECT_EQ(found.bins[i].count, bin.at("n").get<std::size_t>());
        oracle.compare(found.bins[i].mean_probability, bin.at("conf"), name);
        oracle.compare(found.bins[i].observed_fraction, bin.at("acc"), name);
      }
    }
    oracle.compare(reliability(cases, {.bins = 10})->expected_error, want.at("equal_width_10"),
                   name);
    oracle.compare(
        reliability(cases, {.bins = 15, .binning = Binning::EqualCount})->debiased_square,
        want.at("debiased_l2sq_equal_mass_15"), name);
    const auto parts = *murphy(cases);
    oracle.compare(parts.reliability, want.at("murphy_equal_width_10").at("reliability"), name);
    oracle.compare(parts.resolution, want.at("murphy_equal_width_10").at("resolution"), name);
    oracle.compare(parts.uncertainty, want.at("murphy_equal_width_10").at("uncertainty"), name);
    const auto exact = *corp(cases);
    oracle.compare(exact.miscalibration, want.at("corp").at("miscalibration"), name);
    oracle.compare(exact.discrimination, want.at("corp").at("discrimination"), name);
    oracle.compare(exact.brier, want.at("corp").at("brier"), name);
  }
}

// Even rows are fitted on, odd rows evaluated.
struct Halves {
  std::vector<double> p[2];
  std::vector<std::uint8_t> y[2];
};

Halves halves(const Oracle& oracle) {
  const auto p = oracle.column("calibration.csv", "p2");
  const auto y = oracle.labels("calibration.csv", "y");
  Halves out;
  for (std::size_t i = 0; i < p.size(); ++i) {
    out.p[i % 2].push_back(p[i]);
    out.y[i % 2].push_back(y[i]);
  }
  return out;
}

std::vector<double> logits(const std::vector<double>& p) {
  std::vector<double> out;
  for (const double value : p) {
    out.push_back(regression::logit(value));
  }
  return out;
}

void compare_evaluation(const Oracle& oracle, const std::string& name, const CalibrationMap& map,
                        const std::vector<double>& scores, const std::vector<std::uint8_t>& y) {
  const auto& want = oracle.expected().at(name).at("eval");
  std::vector<double> p;
  double loss = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    p.push_back(map.apply(scores[i]));
    const double clipped = std::clamp(p.back(), 1e-15, 1.0 - 1e-15);
    loss -= std::log(y[i] == 1 ? clipped : 1.0 - clipped) / static_cast<double>(scores.size());
  }
  const Cases cases{.scores = p, .labels = y};
  oracle.compare(metrics::brier(cases, {.resamples = 10})->value, want.at("brier"),
                 name + " brier");
  oracle.compare(reliability(cases, {.bins = 15})->expected_error, want.at("ece15w"),
                 name + " ece");
  oracle.compare(loss, want.at("log_loss"), name + " log loss");
  for (std::size_t i = 0; i < 5; ++i) {
    oracle.compare(p[i], want.at("first5")[i], name + " first5");
  }
}

TEST(Oracle, Recalibration) {
  OSLER_ORACLE(oracle, "calibration_methods");
  const Halves data = halves(oracle);
  const auto fit_scores = logits(data.p[0]);
  const auto eval_scores = logits(data.p[1]);
  const Cases fit_cases{.scores = fit_scores, .labels = data.y[0]};

  const auto platt = *fit_platt(fit_cases);
  oracle.compare(-platt.slope, oracle.expected().at("platt").at("A"), "A");
  oracle.compare(-platt.intercept, oracle.expected().at("platt").at("B"), "B");
  compare_evaluation(oracle, "platt", platt, eval_scores, data.y[1]);

  const auto plain = *fit_platt(fit_cases, Targets::AsSeen);
  oracle.compare(plain.slope, oracle.expected().at("logistic").at("slope"), "slope");
  oracle.compare(plain.intercept, oracle.expected().at("logistic").at("intercept"), "intercept");
  compare_evaluation(oracle, "logistic", plain, eval_scores, data.y[1]);

  const auto temperature = *fit_temperature(fit_cases);
  oracle.compare(1.0 / temperature.slope, oracle.expected().at("temperature").at("T"), "T");
  compare_evaluation(oracle, "temperature", temperature, eval_scores, data.y[1]);

  const auto isotonic = *fit_isotonic({.scores = data.p[0], .labels = data.y[0]});
  const auto& want = oracle.expected().at("isotonic");
  ASSERT_EQ(isotonic.x.size(), want.at("x_thresholds").size());
  for (std::size_t i = 0; i < isotonic.x.size(); ++i) {
    oracle.compare(isotonic.x[i], want.at("x_thresholds")[i], "x");
    oracle.compare(isotonic.y[i], want.at("y_thresholds")[i], "y");
  }
  compare_evaluation(oracle, "isotonic", isotonic, data.p[1], data.y[1]);
}

TEST(Oracle, CalibrationLineAsRms) {
  OSLER_ORACLE(oracle, "calibration");
  const auto labels = oracle.labels("calibration.csv", "y");
  for (const std::string name : {"p1", "p2", "p3"}) {
    const auto p = oracle.column("calibration.csv", name);
    const Cases cases{.scores = p, .labels = labels};
    const auto& want = oracle.expected().at(name);
    const auto line = *calibration_line(cases);
    oracle.compare(line.slope.value, want.at("calibration_slope"), name);
    oracle.compare(line.slope_error, want.at("calibration_slope_se"), name);
    oracle.compare(line.intercept.value, want.at("calibration_intercept_joint"), name);
    oracle.compare(line.in_the_large.value, want.at("calibration_in_the_large"), name);
    oracle.compare(line.in_the_large_error, want.at("calibration_in_the_large_se"), name);
    oracle.compare(line.observed_to_expected, want.at("observed_expected_ratio"), name);
    oracle.compare(metrics::scaled_brier(cases, {.resamples = 10})->value, want.at("brier_scaled"),
                   name);
    oracle.compare(metrics::log_loss(cases, {.resamples = 10})->value, want.at("log_loss"), name);
  }
}

}  // namespace
}  // namespace osler::evaluate::calibration
