#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "evaluate/metrics/estimate.h"

namespace osler::workflow::oversight {

using evaluate::metrics::Estimate;

// {"value", "lower", "upper", "n"}, lower and upper null without an interval; null where it is not
// estimable: its reason then stands beside it, as "why" or "<key>_why".
[[nodiscard]] Json estimate_json(const Estimate& estimate);

// One group of films at the operating point.
struct SubgroupRow {
  std::string attribute;     // "sex"
  std::string group;         // "women", as a sentence has it
  std::size_t n = 0;         // films
  std::size_t positive = 0;  // of these with the finding
  Estimate value;            // sensitivity; too few films: not estimable, and its reason says so
};

struct Subgroups {
  std::optional<double> floor;  // the least sensitivity that the study asked for
  std::vector<SubgroupRow> rows;
  std::vector<std::string> omitted;  // "site: 31 of 51 groups, 112 cases"
};
// {"metric": "sensitivity", "floor", "rows": [{"attribute", "group", "n", "positive", "value",
//  "why"}], "omitted"}
[[nodiscard]] Json to_json(const Subgroups& subgroups);

// The largest difference of sensitivity between two groups of one attribute.
struct WidestGap {
  std::string attribute;
  std::string group;  // the worse one
  std::string other;  // the better one
  std::size_t n = 0;  // films with the finding in the worse one
  Estimate difference;
  int points = 0;  // the difference in hundredths, rounded
};
// {"points", "group", "other", "metric", "n", "difference"}, or null.
[[nodiscard]] Json to_json(const std::optional<WidestGap>& gap);

struct GateRow {
  std::string name;     // as deploy::gates names it
  std::string verdict;  // "pass", "fail", "inconclusive"
  Estimate value;       // not estimable: nobody looked
  std::string limit;    // "≥ 0.80"
  std::string text;     // the gate's sentence
};
// [{"name", "verdict", "value", "limit", "text"}]
[[nodiscard]] Json to_json(const std::vector<GateRow>& gates);
// How a gate's bound is written: "≥ 0.80", "≤ 0.05", "none".
[[nodiscard]] std::string limit_of(const std::string& gate, double bound);

}  // namespace osler::workflow::oversight
