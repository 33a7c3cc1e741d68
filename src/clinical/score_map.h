#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace osler::clinical {

// How a network's raw score (a logit) becomes what a physician reads. Fitted once on validation
// films by evaluate/calibration, carried inside the signed package, applied by infer: the same
// few lines everywhere, so that a number cannot differ between the report and the bedside.

// Score to calibrated probability.
struct CalibrationMap {
  // platt:       p = sigmoid(slope * score + intercept)
  // temperature: the same with intercept 0
  // isotonic:    linear between (x, y) knots, x rising, clipped at both ends
  enum class Method : std::uint8_t { Platt, Temperature, Isotonic };
  Method method = Method::Platt;
  double slope = 1.0;
  double intercept = 0.0;
  std::vector<double> x = {};  // [k] scores, strictly rising
  std::vector<double> y = {};  // [k] probabilities in [0, 1], not falling

  [[nodiscard]] double apply(double score) const;
};

// Venn-Abers interval of a score (Vovk and Petej, UAI 2014), worked out beforehand for each place
// a score can fall among the calibration scores.
struct IntervalMap {
  // score < edges[0] has lower[0], upper[0]; edges[i-1] <= score < edges[i] has lower[i], upper[i];
  // sizes: edges [k], lower and upper [k + 1].
  std::vector<double> edges;
  std::vector<double> lower;
  std::vector<double> upper;
};

enum class Tier : std::uint8_t { High, Medium, Low, Undecided };
[[nodiscard]] std::string_view to_string(Tier tier);  // "high", "medium", "low", "undecided"

// One validation film: where it scored and what it had.
struct ReferenceCase {
  double score = 0.0;
  bool positive = false;
};

// What is said of one film and one finding.
struct Reading {
  double probability = 0.0;  // calibrated, [0, 1]
  double lower = 0.0;        // interval around it, lower <= probability <= upper
  double upper = 1.0;
  double threshold = 0.5;  // operating point, a calibrated probability
  bool positive = false;   // probability >= threshold
  Tier tier = Tier::Undecided;
  std::size_t similar_n = 0;         // validation films that scored like this one
  std::size_t similar_positive = 0;  // how many of them had the finding
};

struct ScoreMap {
  CalibrationMap calibration;
  IntervalMap interval;
  std::vector<ReferenceCase> reference;  // by score, rising
  std::size_t similar = 100;             // how many nearest reference films "scored like this"
  double threshold = 0.5;
  // Above the threshold, the tier is High where even the lower bound reaches this, else Medium.
  double high_from = 0.5;

  // Undecided: the interval holds the threshold strictly inside. The interval is widened to hold
  // the calibrated probability where Venn-Abers alone would leave it out; without an interval map
  // it is [0, 1]. Films as near as the last of the `similar` nearest all count: similar_n may be
  // larger. score: any number but NaN, which whoever ran the network must have refused.
  [[nodiscard]] Reading read(double score) const;
};

[[nodiscard]] Json to_json(const ScoreMap& map);
// DataCorrupt: a member absent, of another type, of the wrong length, or not rising.
[[nodiscard]] Result<ScoreMap> score_map_from_json(const Json& document);

}  // namespace osler::clinical
