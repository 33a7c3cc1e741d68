#include "evaluate/metrics/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/metrics/internal/ranking.h"
#include "evaluate/metrics/internal/resample.h"
#include "evaluate/metrics/paired.h"

namespace osler::evaluate::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The cases by falling score with their labels beside them, so that a resample walks them in a
// line.
struct Falling {
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> positive;  // [n] in that order
  std::vector<std::uint32_t> ties;     // where each tie ends, in that order
};

Falling falling(const Cases& cases) {
  const Ranking ranking = rank_cases(cases.scores);
  const auto n = static_cast<std::uint32_t>(cases.size());
  Falling out;
  out.order.assign(ranking.order.rbegin(), ranking.order.rend());
  out.positive.reserve(n);
  for (const std::uint32_t index : out.order) {
    out.positive.push_back(cases.labels[index]);
  }
  for (std::size_t i = ranking.ties.size(); i-- > 0;) {
    out.ties.push_back(n - (i == 0 ? 0 : ranking.ties[i - 1]));
  }
  return out;
}

// Calls use(tp, fp) after each tie, with counts as often as each case was drawn.
template <typename Use>
void walk(const Falling& cases, std::span<const std::uint32_t> counts, Use use) {
  std::uint64_t tp = 0;
  std::uint64_t fp = 0;
  std::size_t i = 0;
  for (const std::uint32_t end : cases.ties) {
    for (; i < end; ++i) {
      const std::uint64_t count = counts[cases.order[i]];
      tp += cases.positive[i] * count;
      fp += (1U - cases.positive[i]) * count;
    }
    use(static_cast<double>(tp), static_cast<double>(fp));
  }
}

struct Totals {
  double positives = 0.0;
  double negatives = 0.0;
};

Totals totals(const Falling& cases, std::span<const std::uint32_t> counts) {
  Totals out;
  for (std::size_t i = 0; i < cases.order.size(); ++i) {
    (cases.positive[i] == 1 ? out.positives : out.negatives) += counts[cases.order[i]];
  }
  return out;
}

double step_precision(const Falling& cases, std::span<const std::uint32_t> counts) {
  double area = 0.0;
  double last = 0.0;
  walk(cases, counts, [&](double tp, double fp) {
    if (tp > last) {
      area += (tp - last) * tp / (tp + fp);
      last = tp;
    }
  });
  return area / last;  // NaN without a positive
}

Result<void> check_both_classes(const Cases& cases) {
  OSLER_TRY_DO(check(cases));
  const std::size_t m = cases.positives();
  if (m == 0 || m == cases.size()) {
    return Error(ErrorCode::FailedPrecondition, "only one class is present");
  }
  return {};
}

// Sensitivity at evenly spaced false positive rates, linear between points.
void read_roc(const Falling& cases, std::span<const std::uint32_t> counts, std::span<double> out) {
  const Totals total = totals(cases, counts);
  const auto last = static_cast<double>(out.size() - 1);
  double x0 = 0.0;
  double y0 = 0.0;
  std::size_t next = 0;
  walk(cases, counts, [&](double tp, double fp) {
    const double x = fp / total.negatives;
    const double y = tp / total.positives;
    for (; next < out.size() && static_cast<double>(next) / last <= x; ++next) {
      const double at = static_cast<double>(next) / last;
      out[next] = x > x0 ? y0 + (y - y0) * (at - x0) / (x - x0) : y;
    }
    x0 = x;
    y0 = y;
  });
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(next), out.end(), 1.0);
}

// Precision where each of the evenly spaced sensitivities is first reached.
void read_precision(const Falling& cases, std::span<const std::uint32_t> counts,
                    std::span<double> out) {
  const double positives = totals(cases, counts).positives;
  const auto last = static_cast<double>(out.size() - 1);
  double precision = 1.0;
  std::size_t next = 0;
  walk(cases, counts, [&](double tp, double fp) {
    precision = tp + fp > 0.0 ? tp / (tp + fp) : precision;
    for (; next < out.size() && static_cast<double>(next) / last <= tp / positives && tp > 0.0;
         ++next) {
      out[next] = precision;
    }
  });
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(next), out.end(), precision);
}

template <typename Read>
Result<Band> band(const Cases& cases, std::size_t points, const BootstrapOptions& options,
                  Read read) {
  OSLER_TRY_DO(check_both_classes(cases));
  if (points < 2) {
    return Error(ErrorCode::InvalidArgument, "a band needs at least two points");
  }
  const Falling ranked = falling(cases);
  std::vector<std::vector<double>> curves(options.resamples, std::vector<double>(points));
  each_resample(cases, options, [&](std::size_t r, std::span<const std::uint32_t> counts) {
    read(ranked, counts, std::span<double>(curves[r]));
  });
  Band out;
  std::vector<double> column(options.resamples);
  for (std::size_t p = 0; p < points; ++p) {
    std::ranges::transform(curves, column.begin(), [&](const auto& values) { return values[p]; });
    const Bounds bounds = bootstrap_bounds(column, 0.0, options);
    out.at.push_back(static_cast<double>(p) / static_cast<double>(points - 1));
    out.lower.push_back(bounds.lower);
    out.upper.push_back(bounds.upper);
  }
  return out;
}

template <typename Score>
std::vector<CurvePoint> best(std::span<const CurvePoint> points, Score score) {
  double most = -kInfinity;
  for (const auto& point : points) {
    most = std::max(most, score(point));
  }
  std::vector<CurvePoint> out;
  for (const auto& point : points) {
    if (score(point) >= most - 1e-12) {
      out.push_back(point);
    }
  }
  std::ranges::sort(out, {}, &CurvePoint::threshold);
  return out;
}

}  // namespace

Result<std::vector<CurvePoint>> curve(const Cases& cases, Cut cut) {
  OSLER_TRY_DO(check_both_classes(cases));
  const auto m = static_cast<double>(cases.positives());
  const auto n = static_cast<double>(cases.size()) - m;
  const Falling ranked = falling(cases);
  std::vector<CurvePoint> out{{.threshold = kInfinity}};
  out.reserve(ranked.ties.size() + 1);
  std::size_t tp = 0;
  std::size_t fp = 0;
  std::size_t i = 0;
  for (const std::uint32_t end : ranked.ties) {
    const double here = cases.scores[ranked.order[end - 1]];
    for (; i < end; ++i) {
      ++(ranked.positive[i] == 1 ? tp : fp);
    }
    const double below = end < ranked.order.size() ? cases.scores[ranked.order[end]] : -kInfinity;
    out.push_back({.threshold = cut == Cut::Observed ? here : (here + below) / 2.0,
                   .tp = tp,
                   .fp = fp,
                   .sensitivity = static_cast<double>(tp) / m,
                   .specificity = (n - static_cast<double>(fp)) / n,
                   .precision = static_cast<double>(tp) / static_cast<double>(tp + fp)});
  }
  return out;
}

Result<Estimate> average_precision(const Cases& cases, const BootstrapOptions& options) {
  OSLER_TRY_DO(check(cases));
  const std::size_t m = cases.positives();
  if (m == 0 || m == cases.size()) {
    return Estimate::none(cases.size(), "only one class is present");
  }
  const Falling ranked = falling(cases);
  return bootstrap_estimate(
      cases, [&](std::span<const std::uint32_t> counts) { return step_precision(ranked, counts); },
      options);
}

Result<Statistic> average_precision_of(const Cases& cases) {
  OSLER_TRY_DO(check(cases));
  return Statistic([ranked = falling(cases)](std::span<const std::uint32_t> counts) {
    return step_precision(ranked, counts);
  });
}

Result<Band> roc_band(const Cases& cases, std::size_t points, const BootstrapOptions& options) {
  return band(cases, points, options, read_roc);
}

Result<Band> precision_band(const Cases& cases, std::size_t points,
                            const BootstrapOptions& options) {
  return band(cases, points, options, read_precision);
}

std::vector<CurvePoint> best_by_youden(std::span<const CurvePoint> points) {
  return best(points, [](const CurvePoint& p) { return p.sensitivity + p.specificity; });
}

std::vector<CurvePoint> best_by_corner(std::span<const CurvePoint> points) {
  return best(points, [](const CurvePoint& p) {
    return -(1.0 - p.sensitivity) * (1.0 - p.sensitivity) -
           (1.0 - p.specificity) * (1.0 - p.specificity);
  });
}

double sensitivity_at(std::span<const CurvePoint> points, double specificity) {
  double most = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].specificity >= specificity) {
      most = std::max(most, points[i].sensitivity);
    } else if (i > 0 && points[i - 1].specificity > specificity) {
      const double share = (points[i - 1].specificity - specificity) /
                           (points[i - 1].specificity - points[i].specificity);
      most = std::max(most, std::lerp(points[i - 1].sensitivity, points[i].sensitivity, share));
    }
  }
  return most;
}

}  // namespace osler::evaluate::metrics
