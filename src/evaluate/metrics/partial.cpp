#include <algorithm>
#include <cmath>
#include <vector>

#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/curves.h"

namespace osler::evaluate::metrics {
namespace {

// A polygon x rising, y not falling; x may stand still.
struct Corner {
  double x = 0.0;
  double y = 0.0;
};

// The area under the polygon between two x.
double area_between(const std::vector<Corner>& corners, double low, double high) {
  double area = 0.0;
  for (std::size_t i = 1; i < corners.size(); ++i) {
    const Corner& a = corners[i - 1];
    const Corner& b = corners[i];
    const double from = std::max(a.x, low);
    const double to = std::min(b.x, high);
    if (to <= from) {
      continue;
    }
    const auto y_at = [&](double x) { return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x); };
    area += (to - from) * (y_at(from) + y_at(to)) / 2.0;
  }
  return area;
}

}  // namespace

Result<double> partial_auroc(const Cases& cases, const PartialOptions& options) {
  const double low = std::min(options.from, options.to);
  const double high = std::max(options.from, options.to);
  if (!(low >= 0.0 && high <= 1.0 && low < high)) {
    return Error(ErrorCode::InvalidArgument, "the bounds are not two different values in [0, 1]");
  }
  OSLER_TRY_DO(check(cases));
  if (cases.positives() == 0 || cases.positives() == cases.size()) {
    return Estimate::kAbsent;
  }
  OSLER_TRY(const auto points, curve(cases));
  // Over the false positive rate the curve is sensitivity; over sensitivity it is specificity, and
  // both polygons are read with x rising.
  std::vector<Corner> corners;
  corners.reserve(points.size());
  for (const auto& point : points) {
    if (options.axis == PartialAxis::Specificity) {
      corners.push_back({1.0 - point.specificity, point.sensitivity});
    } else {
      corners.push_back({point.sensitivity, point.specificity});
    }
  }
  const bool over_specificity = options.axis == PartialAxis::Specificity;
  const double from = over_specificity ? 1.0 - high : low;
  const double to = over_specificity ? 1.0 - low : high;
  const double area = area_between(corners, from, to);
  if (!options.corrected) {
    return area;
  }
  const double width = to - from;
  const double no_skill =
      over_specificity ? (to * to - from * from) / 2.0 : width - (to * to - from * from) / 2.0;
  return (1.0 + (area - no_skill) / (width - no_skill)) / 2.0;
}

}  // namespace osler::evaluate::metrics
