#pragma once

namespace osler::evaluate::metrics {

// z with P(Z <= z) = p, of the standard normal distribution; p in (0, 1).
[[nodiscard]] double normal_quantile(double p);
// The z of a two-sided interval: 1.96 at 0.95.
[[nodiscard]] double two_sided_z(double confidence);
// P(|Z| >= |z|).
[[nodiscard]] double two_sided_normal_p(double z);
// P(|T| >= |t|) with df degrees of freedom.
[[nodiscard]] double two_sided_student_p(double t, double df);
// x with P(X <= x) = p, of Beta(a, b); a, b > 0.
[[nodiscard]] double beta_quantile(double p, double a, double b);

}  // namespace osler::evaluate::metrics
