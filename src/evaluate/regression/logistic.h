#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace osler::evaluate::regression {

// Rows of numbers, row-major: values [rows * columns].
struct Design {
  std::span<const double> values = {};
  std::size_t columns = 0;

  [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
};

struct LogisticOptions {
  bool intercept = true;                // a leading coefficient of 1, never penalised
  double ridge = 0.0;                   // penalty ridge / 2 * sum of squares of the slopes; 0: none
  std::span<const double> offset = {};  // [rows] added to each row's linear predictor, or empty
  std::size_t steps = 100;
};

struct Logistic {
  std::vector<double> coefficients = {};  // the intercept first, if there is one
  std::vector<double> errors = {};        // standard errors, from the inverse observed information
  double deviance = 0.0;                  // -2 log likelihood, without the penalty
  bool converged = false;                 // false: the classes are separated, coefficients run away
};

// Logistic regression by iteratively reweighted least squares with step halving (McCullagh and
// Nelder 1989, section 4.4).
//
//   design   [rows, columns]
//   targets  [rows] in [0, 1]: 0 or 1, or a smoothed target
//
// InvalidArgument: no rows, unequal lengths, a value that is not finite, a target outside [0, 1].
// FailedPrecondition: the columns are not independent and there is no ridge.
[[nodiscard]] Result<Logistic> logistic(const Design& design, std::span<const double> targets,
                                        const LogisticOptions& options = {});

// Standard errors that allow for rows of one group being alike: the cluster sandwich
// H^-1 (sum over groups of s s') H^-1 * g / (g - 1), s the summed score of a group (Liang and
// Zeger, Biometrika 1986;73:13). `groups` [rows], or empty: each row its own.
[[nodiscard]] std::vector<double> sandwich_errors(const Design& design,
                                                  std::span<const double> targets,
                                                  std::span<const std::uint32_t> groups,
                                                  const Logistic& fit,
                                                  const LogisticOptions& options = {});

// The linear predictor of each row.
[[nodiscard]] std::vector<double> linear_predictor(const Design& design,
                                                   const std::vector<double>& coefficients,
                                                   bool intercept = true);

[[nodiscard]] double sigmoid(double z);
// log(p / (1 - p)); infinite at 0 and 1.
[[nodiscard]] double logit(double p);

}  // namespace osler::evaluate::regression
