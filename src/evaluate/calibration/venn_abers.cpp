#include "evaluate/calibration/venn_abers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "evaluate/calibration/internal/by_score.h"

namespace osler::evaluate::calibration {
namespace {

// A point of the cumulative sum diagram: weight so far, positives so far.
struct Point {
  double x = 0.0;
  double y = 0.0;
};

Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}

double slope(Point from, Point to) {
  return (to.y - from.y) / (to.x - from.x);
}

// a, b, c do not turn to the left: b is no corner of the greatest convex minorant.
bool nonleft_turn(Point a, Point b, Point c) {
  const Point ab = b - a;
  const Point bc = c - b;
  return ab.x * bc.y - ab.y * bc.x <= 0.0;
}

bool at_or_above(Point p, Point a, Point b) {
  return (p.y - a.y) * (b.x - a.x) >= (p.x - a.x) * (b.y - a.y);
}

// F1[i]: the isotonic value of a case with label 1 put in at the i-th distinct score. Algorithms 1
// and 2 of Vovk, Petej and Fedorova 2015; their P[i] is points[i + 1], so that P[-1] has a place.
std::vector<double> added_positive(const std::vector<double>& weight,
                                   const std::vector<double>& average) {
  const std::size_t k = weight.size();
  std::vector<Point> points{{-1.0, -1.0}, {0.0, 0.0}};
  for (std::size_t i = 0; i < k; ++i) {
    points.push_back(points.back() + Point{weight[i], weight[i] * average[i]});
  }
  // Algorithm 1: the corners of the minorant from P[-1] to P[k].
  std::vector<Point> corners;
  for (const Point point : points) {
    while (corners.size() > 1 && nonleft_turn(corners[corners.size() - 2], corners.back(), point)) {
      corners.pop_back();
    }
    corners.push_back(point);
  }
  std::ranges::reverse(corners);  // a stack with the leftmost on top
  // Algorithm 2: the added case moves to the right, past one distinct score a step.
  std::vector<double> out(k);
  for (std::size_t i = 1; i <= k; ++i) {
    const Point top = corners.back();
    const Point next = corners[corners.size() - 2];
    out[i - 1] = std::clamp(slope(top, next), 0.0, 1.0);
    Point& moved = points[i];  // P[i - 1]
    moved = points[i - 1] + points[i + 1] - moved;
    if (at_or_above(moved, top, next)) {
      continue;
    }
    corners.pop_back();
    while (corners.size() > 1 && nonleft_turn(moved, corners.back(), corners[corners.size() - 2])) {
      corners.pop_back();
    }
    corners.push_back(moved);
  }
  return out;
}

// The same with label 0: mirrored in both axes.
std::vector<double> added_negative(std::vector<double> weight, std::vector<double> average) {
  std::ranges::reverse(weight);
  std::ranges::reverse(average);
  for (double& share : average) {
    share = 1.0 - share;
  }
  auto out = added_positive(weight, average);
  std::ranges::reverse(out);
  for (double& value : out) {
    value = 1.0 - value;
  }
  return out;
}

class Cells {
 public:
  // From `edge` on, the bounds are these; equal cells become one.
  void add(double edge, double lower, double upper) {
    if (!map_.lower.empty() && map_.lower.back() == lower && map_.upper.back() == upper) {
      return;
    }
    if (!map_.lower.empty()) {
      map_.edges.push_back(edge);
    }
    map_.lower.push_back(lower);
    map_.upper.push_back(upper);
  }
  [[nodiscard]] clinical::IntervalMap take() { return std::move(map_); }

 private:
  clinical::IntervalMap map_;
};

}  // namespace

Result<clinical::IntervalMap> venn_abers(const metrics::Cases& cases) {
  OSLER_TRY_DO(metrics::check(cases));
  if (!std::ranges::all_of(cases.scores, [](double score) { return std::isfinite(score); })) {
    return Error(ErrorCode::InvalidArgument, "a score is infinite");
  }
  const ByScore sorted = by_score(cases);
  const auto upper = added_positive(sorted.weight, sorted.average);
  const auto lower = added_negative(sorted.weight, sorted.average);
  const std::size_t k = sorted.score.size();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Cells cells;
  cells.add(-kInfinity, 0.0, upper.front());
  for (std::size_t i = 0; i < k; ++i) {
    // At the score itself, then between it and the next: a positive pools with what follows, a
    // negative with what comes before.
    cells.add(sorted.score[i], std::min(lower[i], upper[i]), upper[i]);
    const double after = std::nextafter(sorted.score[i], kInfinity);
    if (i + 1 == k) {
      cells.add(after, lower[i], 1.0);
    } else if (after < sorted.score[i + 1]) {
      cells.add(after, std::min(lower[i], upper[i + 1]), upper[i + 1]);
    }
  }
  return cells.take();
}

}  // namespace osler::evaluate::calibration
