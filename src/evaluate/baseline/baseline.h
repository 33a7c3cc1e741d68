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

namespace osler::evaluate::baseline {

using metrics::Estimate;

// What is known of a film without looking at it: one column a header field or attribute. Empty:
// missing, which is a category of its own (absence may mean something).
struct Field {
  std::string name = {};
  std::vector<std::string> values = {};  // [n]
};

struct BaselineOptions {
  double ridge = 1.0;
  std::size_t folds = 5;  // cross-fitting only
  std::uint64_t seed = 1;
  double confidence = 0.95;
  std::size_t rare = 5;  // a category seen less often in what is fitted on is pooled with its like
};

struct FieldScore {
  std::string name = {};
  std::string kind = {};  // "numbers", "categories", "constant"
  std::size_t levels = 0;
  std::size_t missing = 0;
  Estimate auroc = {};  // of this field alone, scored as the whole is
};

struct Baseline {
  Estimate auroc = {};                  // of all fields together
  std::vector<double> scores = {};      // linear predictor of each scored case, in their order
  std::vector<FieldScore> fields = {};  // by AUROC, falling
  std::size_t fitted_on = 0;            // cases
  bool cross_fitted = false;
};

// How well the finding can be guessed without the pixels: ridge logistic regression (penalty on
// standardised columns) on one-hot categories and, for fields whose values are numbers and of which
// there are more than 12 different ones, the number, its square and a sign that it is missing.
//
// `fit_on` and `score_on` are rows of the fields and labels. The labels and groups of `score_on`
// give the AUROC; those of `fit_on` are all that the model sees.
//   labels  [n] 0 or 1, all rows
//   groups  [n] patients, or empty
// InvalidArgument: no fields, unequal lengths, a row out of range, a label neither 0 nor 1.
// FailedPrecondition: one class only among the rows fitted on.
[[nodiscard]] Result<Baseline> fit_and_score(std::span<const Field> fields,
                                             std::span<const std::uint8_t> labels,
                                             std::span<const std::uint32_t> groups,
                                             std::span<const std::size_t> fit_on,
                                             std::span<const std::size_t> score_on,
                                             const BaselineOptions& options = {});

// The same where there is no other part to fit on: each fold, dealt out by groups, is scored by a
// model of the others.
// FailedPrecondition: fewer groups with a positive or with a negative case than folds.
[[nodiscard]] Result<Baseline> cross_fit(std::span<const Field> fields,
                                         std::span<const std::uint8_t> labels,
                                         std::span<const std::uint32_t> groups,
                                         const BaselineOptions& options = {});

// Fields for the histogram-only baseline: how well the finding can be guessed from a film's grey
// values alone, wherever they lie.
//   film  [h * w] any scale
// returns 18 numbers: mean, standard deviation, and the 16 quantiles at (i + 0.5) / 16
[[nodiscard]] std::vector<double> grey_features(std::span<const float> film);
// One field a number, in the order of `films`; all of one length.
[[nodiscard]] std::vector<Field> fields_of(std::span<const std::vector<double>> films);

// What the number means for the model that was trained on the same labels.
enum class Verdict : std::uint8_t {
  Closed,     // the upper bound is at or below `limit`
  Undecided,  // the interval holds the limit
  Open,       // the lower bound is above the limit: open to shortcuts
  NotEstimable,
};
[[nodiscard]] Verdict verdict(const Estimate& auroc, double limit = 0.6);
// One plain sentence, naming the strongest field: "Open to shortcuts: view, age and sex alone reach
// AUROC 0.78 (0.72 to 0.83), mostly by view."
[[nodiscard]] std::string sentence(const Baseline& baseline, double limit = 0.6);

[[nodiscard]] Json to_json(const Baseline& baseline);

}  // namespace osler::evaluate::baseline
