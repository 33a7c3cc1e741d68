#include "clinical/score_map.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <nlohmann/json.hpp>

#include "base/check.h"

namespace osler::clinical {
namespace {

using Method = CalibrationMap::Method;

constexpr std::pair<Method, std::string_view> kMethods[] = {
    {Method::Platt, "platt"}, {Method::Temperature, "temperature"}, {Method::Isotonic, "isotonic"}};

// Both branches keep the exponent from overflowing.
double sigmoid(double z) {
  if (z >= 0.0) {
    return 1.0 / (1.0 + std::exp(-z));
  }
  const double e = std::exp(z);
  return e / (1.0 + e);
}

double between_knots(std::span<const double> x, std::span<const double> y, double score) {
  const auto after = static_cast<std::size_t>(std::ranges::upper_bound(x, score) - x.begin());
  if (after == 0) {
    return y.front();
  }
  if (after == x.size()) {
    return y.back();
  }
  const double share = (score - x[after - 1]) / (x[after] - x[after - 1]);
  return std::lerp(y[after - 1], y[after], share);
}

struct Similar {
  std::size_t n = 0;
  std::size_t positive = 0;
};

// The `wanted` cases nearest to the score, and all that are as far as the last of them, so that the
// answer does not hang on the order of ties.
Similar nearest_cases(std::span<const ReferenceCase> cases, double score, std::size_t wanted) {
  auto above = std::ranges::lower_bound(cases, score, {}, &ReferenceCase::score);
  auto below = above;
  Similar found;
  double reach = 0.0;
  while (below != cases.begin() || above != cases.end()) {
    const bool down =
        above == cases.end() ||
        (below != cases.begin() && score - std::prev(below)->score <= above->score - score);
    const ReferenceCase& next = down ? *std::prev(below) : *above;
    const double distance = std::abs(next.score - score);
    if (found.n >= wanted && distance > reach) {
      break;
    }
    reach = distance;
    ++found.n;
    found.positive += next.positive ? 1 : 0;
    down ? static_cast<void>(--below) : static_cast<void>(++above);
  }
  return found;
}

Tier tier_of(const Reading& reading, double high_from) {
  if (reading.lower < reading.threshold && reading.threshold < reading.upper) {
    return Tier::Undecided;
  }
  if (!reading.positive) {
    return Tier::Low;
  }
  return reading.lower >= high_from ? Tier::High : Tier::Medium;
}

Error corrupt(std::string message) {
  return Error(ErrorCode::DataCorrupt, "score map: " + std::move(message));
}

Result<Json> member(const Json& object, std::string_view key, Json::value_t type) {
  if (!object.is_object() || !object.contains(key) || object.at(std::string(key)).type() != type) {
    return corrupt("\"" + std::string(key) + "\" is absent or of another type");
  }
  return object.at(std::string(key));
}

Result<std::vector<double>> numbers(const Json& object, std::string_view key) {
  OSLER_TRY(const auto list, member(object, key, Json::value_t::array));
  std::vector<double> out;
  out.reserve(list.size());
  for (const auto& item : list) {
    if (!item.is_number()) {
      return corrupt("\"" + std::string(key) + "\" holds something that is no number");
    }
    out.push_back(item.get<double>());
  }
  return out;
}

Result<double> probability(const Json& object, std::string_view key) {
  OSLER_TRY(const double value, json_number(object, key));
  if (!(value >= 0.0 && value <= 1.0)) {
    return corrupt("\"" + std::string(key) + "\" is outside [0, 1]");
  }
  return value;
}

bool are_probabilities(std::span<const double> values) {
  return std::ranges::all_of(values, [](double p) { return p >= 0.0 && p <= 1.0; });
}

bool strictly_rising(std::span<const double> values) {
  return std::ranges::adjacent_find(values, std::greater_equal<>()) == values.end();
}

Json to_json(const CalibrationMap& map) {
  const auto* named =
      std::ranges::find(kMethods, map.method, &std::pair<Method, std::string_view>::first);
  if (map.method == Method::Isotonic) {
    return {{"method", named->second}, {"x", map.x}, {"y", map.y}};
  }
  return {{"method", named->second}, {"slope", map.slope}, {"intercept", map.intercept}};
}

Result<CalibrationMap> calibration_from_json(const Json& document) {
  OSLER_TRY(const auto name, json_string(document, "method"));
  const auto* named =
      std::ranges::find(kMethods, name, &std::pair<Method, std::string_view>::second);
  if (named == std::end(kMethods)) {
    return corrupt("no calibration method \"" + name + "\"");
  }
  CalibrationMap map{.method = named->first};
  if (map.method != Method::Isotonic) {
    OSLER_TRY(map.slope, json_number(document, "slope"));
    OSLER_TRY(map.intercept, json_number(document, "intercept"));
    return map;
  }
  OSLER_TRY(map.x, numbers(document, "x"));
  OSLER_TRY(map.y, numbers(document, "y"));
  if (map.x.empty() || map.x.size() != map.y.size() || !strictly_rising(map.x) ||
      !are_probabilities(map.y) || !std::ranges::is_sorted(map.y)) {
    return corrupt("the isotonic knots are not as many x as y, both rising, y in [0, 1]");
  }
  return map;
}

Result<IntervalMap> interval_from_json(const Json& document) {
  IntervalMap map;
  OSLER_TRY(map.edges, numbers(document, "edges"));
  OSLER_TRY(map.lower, numbers(document, "lower"));
  OSLER_TRY(map.upper, numbers(document, "upper"));
  const std::size_t cells = map.edges.size() + 1;
  if (map.lower.size() != cells || map.upper.size() != cells) {
    return corrupt("the interval has " + std::to_string(map.edges.size()) + " edges but " +
                   std::to_string(map.lower.size()) + " lower and " +
                   std::to_string(map.upper.size()) + " upper bounds");
  }
  if (!strictly_rising(map.edges) || !are_probabilities(map.lower) ||
      !are_probabilities(map.upper)) {
    return corrupt("the interval's edges do not rise, or a bound is outside [0, 1]");
  }
  if (!std::ranges::equal(map.lower, map.upper, std::less_equal<>())) {
    return corrupt("a lower bound is above its upper bound");
  }
  return map;
}

Result<std::vector<ReferenceCase>> reference_from_json(const Json& document) {
  OSLER_TRY(const auto scores, numbers(document, "scores"));
  OSLER_TRY(const auto positive, member(document, "positive", Json::value_t::array));
  if (scores.size() != positive.size() || !std::ranges::is_sorted(scores)) {
    return corrupt("the reference scores do not rise, or are not as many as the labels");
  }
  std::vector<ReferenceCase> cases;
  cases.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (positive[i] != 0 && positive[i] != 1) {
      return corrupt("a reference label is neither 0 nor 1");
    }
    cases.push_back({scores[i], positive[i] == 1});
  }
  return cases;
}

}  // namespace

double CalibrationMap::apply(double score) const {
  switch (method) {
    case Method::Isotonic:
      return between_knots(x, y, score);
    case Method::Temperature:
      return sigmoid(slope * score);
    case Method::Platt:
      break;
  }
  return sigmoid(slope * score + intercept);
}

std::string_view to_string(Tier tier) {
  constexpr std::string_view kNames[] = {"high", "medium", "low", "undecided"};
  return kNames[static_cast<std::size_t>(tier)];
}

Reading ScoreMap::read(double score) const {
  OSLER_CHECK(!std::isnan(score));
  Reading reading{.probability = calibration.apply(score), .threshold = threshold};
  reading.positive = reading.probability >= threshold;
  if (!interval.lower.empty()) {
    const auto cell = static_cast<std::size_t>(std::ranges::upper_bound(interval.edges, score) -
                                               interval.edges.begin());
    reading.lower = std::min(interval.lower[cell], reading.probability);
    reading.upper = std::max(interval.upper[cell], reading.probability);
  }
  reading.tier = tier_of(reading, high_from);
  const Similar found = nearest_cases(reference, score, similar);
  reading.similar_n = found.n;
  reading.similar_positive = found.positive;
  return reading;
}

Json to_json(const ScoreMap& map) {
  Json scores = Json::array();
  Json positive = Json::array();
  for (const auto& one : map.reference) {
    scores.push_back(one.score);
    positive.push_back(one.positive ? 1 : 0);
  }
  return {{"calibration", to_json(map.calibration)},
          {"interval",
           {{"edges", map.interval.edges},
            {"lower", map.interval.lower},
            {"upper", map.interval.upper}}},
          {"reference", {{"scores", std::move(scores)}, {"positive", std::move(positive)}}},
          {"similar", map.similar},
          {"threshold", map.threshold},
          {"high_from", map.high_from}};
}

Result<ScoreMap> score_map_from_json(const Json& document) {
  ScoreMap map;
  OSLER_TRY(const auto calibration, member(document, "calibration", Json::value_t::object));
  OSLER_TRY(map.calibration, calibration_from_json(calibration));
  OSLER_TRY(const auto interval, member(document, "interval", Json::value_t::object));
  OSLER_TRY(map.interval, interval_from_json(interval));
  OSLER_TRY(const auto reference, member(document, "reference", Json::value_t::object));
  OSLER_TRY(map.reference, reference_from_json(reference));
  OSLER_TRY(const auto similar, json_integer(document, "similar"));
  if (similar < 1) {
    return corrupt("\"similar\" is less than 1");
  }
  map.similar = static_cast<std::size_t>(similar);
  OSLER_TRY(map.threshold, probability(document, "threshold"));
  OSLER_TRY(map.high_from, probability(document, "high_from"));
  return map;
}

}  // namespace osler::clinical
