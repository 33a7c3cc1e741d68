#include "evaluate/calibration/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "evaluate/calibration/internal/by_score.h"
#include "evaluate/calibration/isotonic.h"
#include "evaluate/metrics/estimate.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::calibration {
namespace {

using metrics::Cases;
using regression::Design;

constexpr double kSteepest = 1000.0;

Result<void> check_fit(const Cases& cases) {
  OSLER_TRY_DO(metrics::check(cases));
  if (!std::ranges::all_of(cases.scores, [](double score) { return std::isfinite(score); })) {
    return Error(ErrorCode::FailedPrecondition, "a score is infinite");
  }
  const std::size_t m = cases.positives();
  if (m == 0 || m == cases.size()) {
    return Error(ErrorCode::FailedPrecondition,
                 "cannot calibrate: the validation cases are of one class only")
        .hint("take a validation part that has both classes");
  }
  return {};
}

CalibrationMap flat(const Cases& cases) {
  const auto m = static_cast<double>(cases.positives());
  return {.method = Method::Platt,
          .slope = 0.0,
          .intercept = std::log(m / (static_cast<double>(cases.size()) - m))};
}

std::vector<double> platt_targets(const Cases& cases, Targets targets) {
  const auto m = static_cast<double>(cases.positives());
  const auto n = static_cast<double>(cases.size()) - m;
  const double high = targets == Targets::Smoothed ? (m + 1.0) / (m + 2.0) : 1.0;
  const double low = targets == Targets::Smoothed ? 1.0 / (n + 2.0) : 0.0;
  std::vector<double> out;
  out.reserve(cases.size());
  for (const std::uint8_t label : cases.labels) {
    out.push_back(label == 1 ? high : low);
  }
  return out;
}

Result<CalibrationMap> fit(Method method, const Cases& cases) {
  switch (method) {
    case Method::Temperature:
      return fit_temperature(cases);
    case Method::Isotonic:
      return fit_isotonic(cases);
    case Method::Platt:
      break;
  }
  return fit_platt(cases);
}

// Cases picked by `keep`, owned.
struct Part {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;

  [[nodiscard]] Cases cases() const { return {.scores = scores, .labels = labels}; }
};

template <typename Keep>
Part pick(const Cases& cases, Keep keep) {
  Part out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (keep(i)) {
      out.scores.push_back(cases.scores[i]);
      out.labels.push_back(cases.labels[i]);
    }
  }
  return out;
}

double total_log_loss(const CalibrationMap& map, const Part& part) {
  constexpr double kSmallest = 1e-15;
  double sum = 0.0;
  for (std::size_t i = 0; i < part.scores.size(); ++i) {
    const double p = std::clamp(map.apply(part.scores[i]), kSmallest, 1.0 - kSmallest);
    sum -= part.labels[i] == 1 ? std::log(p) : std::log1p(-p);
  }
  return sum;
}

Candidate cross_validate(Method method, const Cases& cases, const std::vector<std::size_t>& fold_of,
                         std::size_t folds) {
  double loss = 0.0;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const Part rest = pick(cases, [&](std::size_t i) { return fold_of[i] != fold; });
    const Part held = pick(cases, [&](std::size_t i) { return fold_of[i] == fold; });
    const auto map = fit(method, rest.cases());
    if (!map) {
      return {method, metrics::Estimate::kAbsent, map.error().message};
    }
    loss += total_log_loss(*map, held);
  }
  return {method, loss / static_cast<double>(cases.size()), {}};
}

// Groups (or cases) with a positive case, and those without.
struct Strata {
  std::vector<std::uint32_t> with;
  std::vector<std::uint32_t> without;
};

std::vector<std::uint32_t> groups_of(const Cases& cases) {
  std::vector<std::uint32_t> groups(cases.groups.begin(), cases.groups.end());
  if (groups.empty()) {
    groups.resize(cases.size());
    std::iota(groups.begin(), groups.end(), 0U);
  }
  return groups;
}

Strata strata_of(const Cases& cases, const std::vector<std::uint32_t>& groups) {
  const std::size_t slots = std::size_t{*std::ranges::max_element(groups)} + 1;
  enum : std::uint8_t { Absent, Negative, Positive };
  std::vector<std::uint8_t> state(slots, Absent);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    state[groups[i]] = std::max(
        state[groups[i]], static_cast<std::uint8_t>(cases.labels[i] == 1 ? Positive : Negative));
  }
  Strata out;
  for (std::uint32_t group = 0; group < slots; ++group) {
    if (state[group] != Absent) {
      (state[group] == Positive ? out.with : out.without).push_back(group);
    }
  }
  return out;
}

// Groups that have a case of the label.
std::size_t groups_with(const Cases& cases, std::uint8_t label) {
  const auto groups = groups_of(cases);
  std::vector<bool> has(std::size_t{*std::ranges::max_element(groups)} + 1, false);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (cases.labels[i] == label) {
      has[groups[i]] = true;
    }
  }
  return static_cast<std::size_t>(std::ranges::count(has, true));
}

Result<void> check_folds(const Cases& cases, std::size_t folds) {
  if (folds < 2) {
    return Error(ErrorCode::InvalidArgument, "needs at least two folds");
  }
  const std::size_t fewest = std::min(groups_with(cases, 0), groups_with(cases, 1));
  if (fewest < folds) {
    return Error(ErrorCode::FailedPrecondition, "cannot split into " + std::to_string(folds) +
                                                    " folds: only " + std::to_string(fewest) +
                                                    " patients of one class")
        .hint("take fewer folds or more cases, or name one calibration method");
  }
  return {};
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::Temperature:
      return "temperature";
    case Method::Isotonic:
      return "isotonic";
    case Method::Platt:
      break;
  }
  return "platt";
}

Result<CalibrationMap> fit_platt(const Cases& cases, Targets targets) {
  OSLER_TRY_DO(check_fit(cases));
  const auto found =
      regression::logistic({.values = cases.scores, .columns = 1}, platt_targets(cases, targets));
  if (!found) {
    return flat(cases);  // all scores alike
  }
  if (!found->converged && targets == Targets::AsSeen) {
    return Error(ErrorCode::FailedPrecondition, "the scores separate the classes")
        .hint("smooth the targets");
  }
  if (found->coefficients[1] <= 0.0) {
    return flat(cases);
  }
  return CalibrationMap{.method = Method::Platt,
                        .slope = found->coefficients[1],
                        .intercept = found->coefficients[0]};
}

Result<CalibrationMap> fit_temperature(const Cases& cases) {
  OSLER_TRY_DO(check_fit(cases));
  const std::vector<double> targets(cases.labels.begin(), cases.labels.end());
  const auto found =
      regression::logistic({.values = cases.scores, .columns = 1}, targets, {.intercept = false});
  // Scores that are all 0 say nothing at any temperature.
  const double slope = found ? found->coefficients[0] : 0.0;
  return CalibrationMap{.method = Method::Temperature, .slope = std::clamp(slope, 0.0, kSteepest)};
}

Result<CalibrationMap> fit_isotonic(const Cases& cases) {
  OSLER_TRY_DO(check_fit(cases));
  const ByScore sorted = by_score(cases);
  const auto fitted = pool_adjacent_violators(sorted.average, sorted.weight);
  CalibrationMap map{.method = Method::Isotonic};
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    const bool inside =
        i > 0 && i + 1 < fitted.size() && fitted[i - 1] == fitted[i] && fitted[i + 1] == fitted[i];
    if (!inside) {
      map.x.push_back(sorted.score[i]);
      map.y.push_back(std::clamp(fitted[i], 0.0, 1.0));
    }
  }
  return map;
}

Result<std::vector<std::size_t>> deal_folds(const Cases& cases, std::size_t folds,
                                            std::uint64_t seed) {
  OSLER_TRY_DO(check_folds(cases, folds));
  const auto groups = groups_of(cases);
  Strata strata = strata_of(cases, groups);
  Rng rng = Rng::named(seed, "folds");
  rng.shuffle(std::span(strata.with));
  rng.shuffle(std::span(strata.without));
  std::vector<std::size_t> fold_of_group(std::size_t{*std::ranges::max_element(groups)} + 1, 0);
  std::size_t next = 0;
  for (const auto* stratum : {&strata.with, &strata.without}) {
    for (const std::uint32_t group : *stratum) {
      fold_of_group[group] = next++ % folds;
    }
  }
  std::vector<std::size_t> out;
  out.reserve(groups.size());
  for (const std::uint32_t group : groups) {
    out.push_back(fold_of_group[group]);
  }
  return out;
}

Result<BestFit> fit_best(const Cases& cases, const BestFitOptions& options) {
  OSLER_TRY_DO(check_fit(cases));
  if (options.methods.empty()) {
    return Error(ErrorCode::InvalidArgument, "no calibration method is named");
  }
  BestFit out;
  if (options.methods.size() == 1) {
    out.candidates.push_back({options.methods.front(), metrics::Estimate::kAbsent, "the only one"});
    OSLER_TRY(out.map, fit(options.methods.front(), cases));
    return out;
  }
  OSLER_TRY(const auto fold_of, deal_folds(cases, options.folds, options.seed));
  const Candidate* best = nullptr;
  for (const Method method : options.methods) {
    out.candidates.push_back(cross_validate(method, cases, fold_of, options.folds));
  }
  for (const Candidate& candidate : out.candidates) {
    if (!std::isnan(candidate.log_loss) &&
        (best == nullptr || candidate.log_loss < best->log_loss)) {
      best = &candidate;
    }
  }
  if (best == nullptr) {
    return Error(ErrorCode::FailedPrecondition,
                 "no calibration could be fitted: " + out.candidates.front().reason);
  }
  OSLER_TRY(out.map, fit(best->method, cases));
  return out;
}

}  // namespace osler::evaluate::calibration
