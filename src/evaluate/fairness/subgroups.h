#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/confusion.h"

namespace osler::evaluate::fairness {

using metrics::Estimate;

// A column that parts the cases into groups: sex, age band, site, maker, view. An empty value is a
// group of its own, "not recorded".
struct Column {
  std::string name = {};
  std::vector<std::string> values = {};  // [n], in the order of the cases
};

struct SubgroupOptions {
  double threshold = 0.5;  // on the scores
  double confidence = 0.95;
  // Fewer cases than this with the finding (for sensitivity) or without it (for specificity), or
  // fewer of either (for the AUROC), and the cell is "too few to say": not estimable.
  std::size_t minimum = 10;
  // A column with more groups than this is cut to its largest ones, and says so.
  std::size_t groups = 20;
};

struct Subgroup {
  std::string column = {};
  std::string value = {};
  std::size_t n = 0;
  std::size_t positives = 0;
  Estimate auroc = {};
  Estimate sensitivity = {};
  Estimate specificity = {};
  Estimate ppv = {};
};

enum class Measure : std::uint8_t { Sensitivity, Specificity, Auroc };
[[nodiscard]] std::string_view to_string(Measure measure);

// The largest difference between two groups of one column.
struct Gap {
  std::string column = {};
  Measure measure = Measure::Sensitivity;
  std::string best = {};
  std::string worst = {};
  // best - worst at the stated confidence (Newcombe for proportions, DeLong for the AUROC). It was
  // picked as the largest, so even groups that are equal show one:
  Estimate difference = {};
  // the same with the confidence split over all pairs of groups of the column (Bonferroni), which
  // allows for the picking: a lower bound above 0 here is a gap.
  Estimate adjusted = {};
  std::size_t pairs = 0;
};

struct SubgroupTable {
  std::vector<Subgroup> groups = {};  // by column as given; within one by value
  std::vector<Gap> gaps = {};         // one a column and measure with two groups or more to compare
  std::vector<std::string> omitted =
      {};  // "site: 31 of 51 groups, 112 cases": cut by options.groups
  [[nodiscard]] const Gap* largest(Measure measure) const;  // null: nothing to compare
};

// InvalidArgument: as metrics::check, or a column of another length.
[[nodiscard]] Result<SubgroupTable> subgroups(const metrics::Cases& cases,
                                              std::span<const Column> columns,
                                              const SubgroupOptions& options = {});

[[nodiscard]] Json to_json(const SubgroupTable& table);

// How a group is called in a sentence: "women" for sex F, "age 80 and over", "site North".
[[nodiscard]] std::string group_name(const std::string& column, const std::string& value);

// "under 18", "18 to 39", "40 to 59", "60 to 79", "80 and over"; empty for a negative or NaN age.
[[nodiscard]] std::string age_band(double age_years);

}  // namespace osler::evaluate::fairness
