#include <cmath>
#include <vector>

#include "evaluate/calibration/reliability.h"
#include "evaluate/metrics/proportion.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::calibration {
namespace {

using regression::Design;

struct Logits {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::uint32_t> groups;
  double probabilities = 0.0;  // their sum, over all cases
  double positives = 0.0;
};

Logits logits_of(const Cases& cases) {
  Logits out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double p = cases.scores[i];
    out.probabilities += p;
    out.positives += cases.labels[i];
    if (p <= 0.0 || p >= 1.0) {
      continue;
    }
    out.x.push_back(regression::logit(p));
    out.y.push_back(cases.labels[i]);
    if (!cases.groups.empty()) {
      out.groups.push_back(cases.groups[i]);
    }
  }
  return out;
}

Estimate wald(double value, double error, std::size_t n, double z) {
  return {.value = value, .lower = value - z * error, .upper = value + z * error, .n = n};
}

CalibrationLine without(CalibrationLine line, std::size_t n, const std::string& reason) {
  line.slope = line.intercept = line.in_the_large = Estimate::none(n, reason);
  return line;
}

}  // namespace

Result<CalibrationLine> calibration_line(const Cases& cases, double confidence) {
  OSLER_TRY_DO(metrics::check_probabilities(cases));
  const Logits logits = logits_of(cases);
  const std::size_t n = logits.x.size();
  CalibrationLine line;
  line.left_out = cases.size() - n;
  line.observed_to_expected = logits.positives / logits.probabilities;
  double seen = 0.0;
  for (const double y : logits.y) {
    seen += y;
  }
  if (seen <= 0.0 || seen >= static_cast<double>(n)) {
    return without(line, n, "only one class is present");
  }
  const Design design{.values = logits.x, .columns = 1};
  const auto fit = regression::logistic(design, logits.y);
  if (!fit) {
    return without(line, n, "all probabilities are equal");
  }
  if (!fit->converged) {
    return without(line, n, "the probabilities separate the classes");
  }
  const regression::LogisticOptions held{.offset = logits.x};
  OSLER_TRY(const auto shift, regression::logistic({}, logits.y, held));
  auto errors = fit->errors;
  auto shift_errors = shift.errors;
  if (metrics::clustered(cases)) {
    errors = regression::sandwich_errors(design, logits.y, logits.groups, *fit);
    shift_errors = regression::sandwich_errors({}, logits.y, logits.groups, shift, held);
  }
  const double z = metrics::normal_z(confidence);
  line.intercept = wald(fit->coefficients[0], errors[0], n, z);
  line.slope = wald(fit->coefficients[1], errors[1], n, z);
  line.in_the_large = wald(shift.coefficients[0], shift_errors[0], n, z);
  line.slope_error = errors[1];
  line.in_the_large_error = shift_errors[0];
  return line;
}

}  // namespace osler::evaluate::calibration
