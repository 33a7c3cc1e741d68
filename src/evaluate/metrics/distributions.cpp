#include "evaluate/metrics/internal/distributions.h"

#include <cmath>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace osler::evaluate::metrics {

double normal_quantile(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}

double two_sided_z(double confidence) {
  return boost::math::quantile(
      boost::math::complement(boost::math::normal(), (1.0 - confidence) / 2.0));
}

double two_sided_normal_p(double z) {
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double two_sided_student_p(double t, double df) {
  const boost::math::students_t distribution(df);
  return 2.0 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

double beta_quantile(double p, double a, double b) {
  return boost::math::quantile(boost::math::beta_distribution<>(a, b), p);
}

}  // namespace osler::evaluate::metrics
