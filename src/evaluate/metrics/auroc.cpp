#include "evaluate/metrics/auroc.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <utility>
#include <vector>

#include "evaluate/metrics/internal/distributions.h"
#include "evaluate/metrics/internal/ranking.h"
#include "evaluate/metrics/proportion.h"

namespace osler::evaluate::metrics {
namespace {

constexpr const char* kOneClass = "only one class is present";
constexpr const char* kAllAlike = "all scores are equal";
constexpr const char* kOneCase = "a class has one case, or one patient: its spread cannot be told";

double real(std::size_t count) {
  return static_cast<double>(count);
}

// ── independent cases: sums over ties, no placement is kept ──────────────────────────────────────

std::vector<std::uint64_t> sorted_keys(const Cases& cases, std::uint8_t label, std::size_t count) {
  std::vector<std::uint64_t> keys;
  keys.reserve(count);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases.labels[i] == label) {
      keys.push_back(ordered_key(cases.scores[i]));
    }
  }
  if (count < 1024) {
    std::ranges::sort(keys);
  } else {
    radix_sort(keys, [](std::uint64_t key) { return key; });
  }
  return keys;
}

// Calls use(a, b, a_below, b_below) for each distinct score: positives and negatives that have it,
// and how many of each are below.
template <typename Use>
void each_tie(const std::vector<std::uint64_t>& positive,
              const std::vector<std::uint64_t>& negative, Use use) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < positive.size() || j < negative.size()) {
    const bool from_positive =
        j == negative.size() || (i < positive.size() && positive[i] <= negative[j]);
    const std::uint64_t key = from_positive ? positive[i] : negative[j];
    const std::size_t i0 = i;
    const std::size_t j0 = j;
    while (i < positive.size() && positive[i] == key) {
      ++i;
    }
    while (j < negative.size() && negative[j] == key) {
      ++j;
    }
    use(i - i0, j - j0, i0, j0);
  }
}

struct Moments {
  double area = 0.0;
  double variance = 0.0;
  bool all_alike = false;
};

Moments delong(const Cases& cases, std::size_t m, std::size_t n) {
  // The classes are sorted side by side; small ones are not worth a thread.
  auto later = std::async(m < 50'000 ? std::launch::deferred : std::launch::async,
                          [&] { return sorted_keys(cases, 1, m); });
  const auto negative = sorted_keys(cases, 0, n);
  const auto positive = later.get();
  std::uint64_t doubled = 0;  // of the wins, so that ties stay whole
  std::size_t ties = 0;
  each_tie(positive, negative, [&](std::size_t a, std::size_t b, std::size_t, std::size_t below) {
    doubled += a * (2 * below + b);
    ++ties;
  });
  Moments out;
  out.all_alike = ties == 1;
  out.area = real(doubled) / 2.0 / real(m) / real(n);
  double s10 = 0.0;
  double s01 = 0.0;
  each_tie(positive, negative,
           [&](std::size_t a, std::size_t b, std::size_t a_below, std::size_t b_below) {
             const double v10 = (real(b_below) + real(b) / 2.0) / real(n) - out.area;
             const double v01 = (real(m - a_below - a) + real(a) / 2.0) / real(m) - out.area;
             s10 += real(a) * v10 * v10;
             s01 += real(b) * v01 * v01;
           });
  out.variance = s10 / (real(m) - 1.0) / real(m) + s01 / (real(n) - 1.0) / real(n);
  return out;
}

// ── placements, for covariances and grouped cases ────────────────────────────────────────────────

// Of each positive case the share of negatives below it, of each negative that of positives above
// it, ties one half: DeLong's V10 and V01.
struct Placements {
  std::vector<double> of_case;
  double area = 0.0;
  bool all_alike = false;
};

Placements placements(std::span<const double> scores, std::span<const std::uint8_t> labels,
                      std::size_t m, std::size_t n) {
  const Ranking ranking = rank_cases(scores);
  Placements out{.of_case = std::vector<double>(scores.size()),
                 .all_alike = ranking.ties.size() == 1};
  std::uint64_t doubled = 0;
  std::size_t start = 0;
  std::size_t a_below = 0;
  std::size_t b_below = 0;
  for (const std::uint32_t end : ranking.ties) {
    std::size_t a = 0;
    for (std::size_t i = start; i < end; ++i) {
      a += labels[ranking.order[i]];
    }
    const std::size_t b = end - start - a;
    const double v10 = (real(b_below) + real(b) / 2.0) / real(n);
    const double v01 = (real(m - a_below - a) + real(a) / 2.0) / real(m);
    for (std::size_t i = start; i < end; ++i) {
      const std::uint32_t index = ranking.order[i];
      out.of_case[index] = labels[index] == 1 ? v10 : v01;
    }
    doubled += a * (2 * b_below + b);
    a_below += a;
    b_below += b;
    start = end;
  }
  out.area = real(doubled) / 2.0 / real(m) / real(n);
  return out;
}

// Obuchowski 1997, eq. 4 and 5; with one case a group it is DeLong's. NaN: one group of a class.
double covariance(const Cases& cases, const Placements& first, const Placements& second,
                  std::size_t m, std::size_t n) {
  struct Sums {
    double x1 = 0.0, x2 = 0.0;  // over the group's positives, of placement - area
    double y1 = 0.0, y2 = 0.0;  // over its negatives
    bool has_positive = false, has_negative = false;
  };
  std::size_t slots = cases.size();
  if (!cases.groups.empty()) {
    slots = std::size_t{*std::ranges::max_element(cases.groups)} + 1;
  }
  std::vector<Sums> sums(slots);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Sums& group = sums[cases.groups.empty() ? i : cases.groups[i]];
    const bool positive = cases.labels[i] == 1;
    (positive ? group.x1 : group.y1) += first.of_case[i] - first.area;
    (positive ? group.x2 : group.y2) += second.of_case[i] - second.area;
    (positive ? group.has_positive : group.has_negative) = true;
  }
  double s10 = 0.0;
  double s01 = 0.0;
  double s11 = 0.0;
  double with_positive = 0.0;
  double with_negative = 0.0;
  double groups = 0.0;
  for (const Sums& group : sums) {
    s10 += group.x1 * group.x2;
    s01 += group.y1 * group.y2;
    s11 += group.x1 * group.y2 + group.x2 * group.y1;
    with_positive += group.has_positive ? 1.0 : 0.0;
    with_negative += group.has_negative ? 1.0 : 0.0;
    groups += group.has_positive || group.has_negative ? 1.0 : 0.0;
  }
  if (with_positive < 2.0 || with_negative < 2.0) {
    return Estimate::kAbsent;
  }
  return with_positive / (with_positive - 1.0) * s10 / real(m) / real(m) +
         with_negative / (with_negative - 1.0) * s01 / real(n) / real(n) +
         groups / (groups - 1.0) * s11 / real(m) / real(n);
}

// ── intervals ────────────────────────────────────────────────────────────────────────────────────

Estimate interval(double area, double variance, std::size_t m, std::size_t n,
                  const AurocOptions& options) {
  if (std::isnan(variance)) {
    return Estimate::point(area, m + n, kOneCase);
  }
  if (area <= 0.0 || area >= 1.0) {
    const std::size_t pairs = std::min(m, n);
    const Estimate exact =
        proportion(area >= 1.0 ? pairs : 0, pairs,
                   {.interval = Interval::ClopperPearson, .confidence = options.confidence});
    return {.value = area, .lower = exact.lower, .upper = exact.upper, .n = m + n};
  }
  const double half = two_sided_z(options.confidence) * std::sqrt(variance);
  if (options.scale == AurocScale::Plain) {
    return {.value = area,
            .lower = std::max(area - half, 0.0),
            .upper = std::min(area + half, 1.0),
            .n = m + n};
  }
  const double centre = std::log(area / (1.0 - area));
  const double width = half / (area * (1.0 - area));
  const auto back = [](double z) { return 1.0 / (1.0 + std::exp(-z)); };
  return {.value = area, .lower = back(centre - width), .upper = back(centre + width), .n = m + n};
}

Auroc not_estimable(std::size_t m, std::size_t n, bool grouped, const char* reason) {
  return {.area = Estimate::none(m + n, reason),
          .variance = Estimate::kAbsent,
          .positives = m,
          .negatives = n,
          .clustered = grouped};
}

struct Areas {
  Estimate first;
  Estimate second;
};

AurocDifference judged(const Areas& areas, double variance, double covariance,
                       std::optional<double> df, const AurocOptions& options) {
  AurocDifference out;
  out.first = areas.first;
  out.second = areas.second;
  out.covariance = covariance;
  out.df = df;
  const std::size_t n = areas.first.n;
  if (!out.first.estimable() || !out.second.estimable()) {
    out.difference =
        Estimate::none(n, out.first.estimable() ? out.second.reason : out.first.reason);
    return out;
  }
  const double value = out.first.value - out.second.value;
  if (!(variance > 0.0)) {
    out.difference = Estimate::point(
        value, n, std::isnan(variance) ? kOneCase : "the difference does not vary between cases");
    return out;
  }
  const double error = std::sqrt(variance);
  const double half = two_sided_z(options.confidence) * error;
  out.difference = {.value = value, .lower = value - half, .upper = value + half, .n = n};
  out.statistic = value / error;
  out.p_value = df ? two_sided_student_p(out.statistic, *df) : two_sided_normal_p(out.statistic);
  return out;
}

}  // namespace

Result<Auroc> auroc(const Cases& cases, const AurocOptions& options) {
  OSLER_TRY_DO(check(cases));
  const std::size_t m = cases.positives();
  const std::size_t n = cases.size() - m;
  const bool grouped = clustered(cases);
  if (m == 0 || n == 0) {
    return not_estimable(m, n, grouped, kOneClass);
  }
  Moments found;
  if (grouped) {
    const auto placed = placements(cases.scores, cases.labels, m, n);
    found = {placed.area, covariance(cases, placed, placed, m, n), placed.all_alike};
  } else {
    found = delong(cases, m, n);
    found.variance = m < 2 || n < 2 ? Estimate::kAbsent : found.variance;
  }
  if (found.all_alike) {
    return not_estimable(m, n, grouped, kAllAlike);
  }
  return Auroc{.area = interval(found.area, found.variance, m, n, options),
               .variance = found.variance,
               .positives = m,
               .negatives = n,
               .clustered = grouped};
}

double hanley_mcneil_error(double area, std::size_t positives, std::size_t negatives) {
  const double m = real(positives);
  const double n = real(negatives);
  const double q1 = area / (2.0 - area);
  const double q2 = 2.0 * area * area / (1.0 + area);
  return std::sqrt(
      (area * (1.0 - area) + (m - 1.0) * (q1 - area * area) + (n - 1.0) * (q2 - area * area)) /
      (m * n));
}

Result<AurocDifference> compare_paired(const Cases& first, std::span<const double> second,
                                       const AurocOptions& options) {
  OSLER_TRY(const auto one, auroc(first, options));
  OSLER_TRY(const auto other,
            auroc({.scores = second, .labels = first.labels, .groups = first.groups}, options));
  const Areas areas{one.area, other.area};
  if (!one.area.estimable() || !other.area.estimable()) {
    return judged(areas, Estimate::kAbsent, 0.0, std::nullopt, options);
  }
  const auto m = one.positives;
  const auto n = one.negatives;
  const auto placed = placements(first.scores, first.labels, m, n);
  const auto placed_second = placements(second, first.labels, m, n);
  const double shared = covariance(first, placed, placed_second, m, n);
  return judged(areas, one.variance + other.variance - 2.0 * shared, shared, std::nullopt, options);
}

Result<AurocDifference> compare_unpaired(const Cases& first, const Cases& second,
                                         const AurocOptions& options) {
  OSLER_TRY(const auto one, auroc(first, options));
  OSLER_TRY(const auto other, auroc(second, options));
  const double v1 = one.variance;
  const double v2 = other.variance;
  const double df = (v1 + v2) * (v1 + v2) /
                    (v1 * v1 / (real(first.size()) - 1.0) + v2 * v2 / (real(second.size()) - 1.0));
  auto out = judged({one.area, other.area}, v1 + v2, 0.0, df, options);
  out.difference.n = first.size() + second.size();
  return out;
}

}  // namespace osler::evaluate::metrics
