#include "evaluate/metrics/estimate.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace osler::evaluate::metrics {
namespace {

Json number_or_null(double number) {
  return std::isfinite(number) ? Json(number) : Json(nullptr);
}

}  // namespace

Estimate Estimate::none(std::size_t n, std::string reason) {
  return {.n = n, .reason = std::move(reason)};
}

Estimate Estimate::point(double value, std::size_t n, std::string reason) {
  return {.value = value, .n = n, .reason = std::move(reason)};
}

Json to_json(const Estimate& estimate) {
  Json out = {{"value", number_or_null(estimate.value)},
              {"lower", number_or_null(estimate.lower)},
              {"upper", number_or_null(estimate.upper)},
              {"n", estimate.n}};
  if (!estimate.reason.empty()) {
    out["not_estimable"] = estimate.reason;
  }
  return out;
}

}  // namespace osler::evaluate::metrics
