#include "evaluate/calibration/internal/by_score.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace osler::evaluate::calibration {

ByScore by_score(const metrics::Cases& cases) {
  std::vector<std::pair<double, std::uint8_t>> sorted(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    sorted[i] = {cases.scores[i], cases.labels[i]};
  }
  std::ranges::sort(sorted);
  ByScore out;
  for (std::size_t i = 0; i < sorted.size();) {
    double weight = 0.0;
    double positives = 0.0;
    const double score = sorted[i].first;
    for (; i < sorted.size() && sorted[i].first == score; ++i) {
      weight += 1.0;
      positives += sorted[i].second;
    }
    out.score.push_back(score);
    out.weight.push_back(weight);
    out.average.push_back(positives / weight);
  }
  return out;
}

}  // namespace osler::evaluate::calibration
