#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "base/json.h"

namespace osler::evaluate::metrics {

// A number with its interval, or the reason why there is none: never a silent 0 or 1.
struct Estimate {
  static constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

  double value = kAbsent;  // NaN: not estimable
  double lower = kAbsent;  // of the interval; NaN: no interval
  double upper = kAbsent;
  std::size_t n = 0;        // cases that the number is made of
  std::string reason = {};  // why value or interval are absent; empty where both are there

  [[nodiscard]] bool estimable() const { return value == value; }
  [[nodiscard]] bool has_interval() const { return lower == lower && upper == upper; }
  // Neither value nor interval.
  [[nodiscard]] static Estimate none(std::size_t n, std::string reason);
  // A value whose interval cannot be said.
  [[nodiscard]] static Estimate point(double value, std::size_t n, std::string reason);
};

// {"value", "lower", "upper", "n"}, null for what is absent, and then "not_estimable": the reason.
[[nodiscard]] Json to_json(const Estimate& estimate);

}  // namespace osler::evaluate::metrics
