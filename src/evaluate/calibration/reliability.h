#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "evaluate/metrics/bootstrap.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::calibration {

using metrics::Cases;
using metrics::Estimate;

enum class Binning : std::uint8_t { EqualWidth, EqualCount };

// EqualWidth: bins (i/b, (i+1)/b], 0 in the first. EqualCount: by rank, rank * b / n; equal
// probabilities keep their order, so they may fall on both sides of an edge.
struct ReliabilityOptions {
  std::size_t bins = 15;
  Binning binning = Binning::EqualWidth;
};

struct ReliabilityBin {
  std::size_t index = 0;  // of the bin, from 0
  std::size_t count = 0;
  std::size_t positives = 0;
  double lowest = 0.0;  // probability in the bin
  double highest = 0.0;
  double mean_probability = 0.0;   // what the model said, in [0, 1]
  double observed_fraction = 0.0;  // what happened, in [0, 1]
};

struct Reliability {
  std::vector<ReliabilityBin> bins = {};  // empty bins are left out
  double expected_error = 0.0;            // ECE, weighted by count; 0 is perfectly calibrated
  double largest_error = 0.0;             // MCE
  double average_error = 0.0;             // ACE, unweighted over the bins that are not empty
  double root_mean_square = 0.0;          // sqrt of the weighted mean square
  // Mean square less what chance alone makes (Kumar et al., NeurIPS 2019); may be negative.
  double debiased_square = 0.0;
};

// How far a binary model's probabilities are from the frequencies seen.
// Guo et al., On Calibration of Modern Neural Networks, ICML 2017, eq. 3 and 5.
// InvalidArgument: as metrics::check_probabilities, or no bins.
[[nodiscard]] Result<Reliability> reliability(const Cases& cases,
                                              const ReliabilityOptions& options = {});

// The ECE with its interval (BootstrapBounds::Shifted unless said: resampling inflates it), clipped
// at 0. InvalidArgument: as reliability.
[[nodiscard]] Result<Estimate> expected_calibration_error(
    const Cases& cases, const ReliabilityOptions& options = {},
    const metrics::BootstrapOptions& bootstrap = {.bounds = metrics::BootstrapBounds::Shifted});

// Logistic regression of the truth on logit p (Cox 1958; Van Calster et al., BMC Medicine
// 2019;17:230). Wald intervals. Probabilities of exactly 0 or 1 have no logit: they are left out,
// and `left_out` counts them. Groups, where there are some, widen the errors (cluster sandwich).
struct CalibrationLine {
  Estimate slope = {};         // 1 is ideal; below: too extreme
  Estimate intercept = {};     // of the same fit; 0 is ideal
  Estimate in_the_large = {};  // intercept with the slope held at 1; 0 is ideal
  double slope_error = 0.0;
  double in_the_large_error = 0.0;
  double observed_to_expected = 0.0;  // positives over the sum of probabilities
  std::size_t left_out = 0;
};
// Not estimable: one class only, or all probabilities alike, or the classes are separated.
// InvalidArgument: as metrics::check_probabilities.
[[nodiscard]] Result<CalibrationLine> calibration_line(const Cases& cases,
                                                       double confidence = 0.95);

// Parts of the Brier score (Murphy 1973) on equal-width bins, with the bin's mean probability:
// reliability - resolution + uncertainty differs from the score by the spread within bins.
struct Murphy {
  double reliability = 0.0;
  double resolution = 0.0;
  double uncertainty = 0.0;
};
[[nodiscard]] Result<Murphy> murphy(const Cases& cases, std::size_t bins = 10);

// Parts by isotonic regression (CORP; Dimitriadis, Gneiting and Jordan, PNAS 2021): exact,
// Brier = miscalibration - discrimination + uncertainty.
struct Corp {
  double miscalibration = 0.0;
  double discrimination = 0.0;
  double uncertainty = 0.0;
  double brier = 0.0;
};
[[nodiscard]] Result<Corp> corp(const Cases& cases);

}  // namespace osler::evaluate::calibration
