#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "clinical/score_map.h"
#include "evaluate/fairness/subgroups.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::report {

// predictions.csv, one line a film. Columns:
//   id           different in each line
//   patient      may repeat; absent column: each film its own patient
//   split        "train", "validation", "test" or what the study calls it; absent column: all
//   "test" label        0 or 1; empty: no reference answer, the film is counted and left out score
//   the network's raw output; absent column: logit of the probability probability  calibrated, [0,
//   1] lower, upper, tier, positive   as clinical::Reading; absent columns: no interval, no tier
// Every further column parts the films into groups.
struct PredictionTable {
  std::string name = {};  // of the file, for errors
  std::vector<std::string> ids = {};
  std::vector<std::string> patients = {};
  std::vector<std::string> splits = {};
  std::vector<std::optional<bool>> labels = {};
  std::vector<double> scores = {};
  std::vector<double> probabilities = {};
  std::vector<double> lower = {};  // empty: no such column
  std::vector<double> upper = {};
  std::vector<clinical::Tier> tiers = {};  // empty: no such column
  std::vector<fairness::Column> columns = {};

  [[nodiscard]] std::size_t rows() const { return ids.size(); }
  // The rows for which `wanted(row)` holds, in order.
  [[nodiscard]] PredictionTable where(const std::function<bool(std::size_t)>& wanted) const;

  // InvalidArgument: no column id, label or probability.
  // DataCorrupt, naming the line: an id twice, a label neither 0 nor 1 nor empty, a probability or
  // bound outside [0, 1], a score that is no finite number, bounds that do not hold the
  // probability, an unknown tier.
  [[nodiscard]] static Result<PredictionTable> parse(const CsvTable& csv);
};

}  // namespace osler::evaluate::report
