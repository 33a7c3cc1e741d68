#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "base/result.h"
#include "evaluate/baseline/baseline.h"
#include "evaluate/calibration/reliability.h"
#include "evaluate/fairness/subgroups.h"
#include "evaluate/metrics/confusion.h"
#include "evaluate/metrics/curves.h"
#include "evaluate/report/predictions.h"

namespace osler::evaluate::report {

using metrics::Estimate;

// ── what the caller knows ────────────────────────────────────────────────────────────────────────

struct GateResult {
  std::string name = {};    // "sensitivity, lower bound"
  std::string status = {};  // "pass", "fail", "inconclusive"
  double value = 0.0;
  double bound = 0.0;
  std::size_t n = 0;
  std::string sentence = {};  // what it means, and who signed it off
};

struct LeakageAudit {
  std::size_t duplicate_groups = 0;  // of equal pixels
  std::size_t across_splits = 0;     // of these, in more than one split
  std::size_t patients_across_splits = 0;
  std::string treatment = {};  // what was done about them
};

struct Part {
  std::string name = {};  // "train"
  std::size_t films = 0;
  std::size_t positives = 0;
  std::size_t patients = 0;
};

struct Epoch {
  std::size_t number = 0;
  double training_loss = 0.0;
  double validation_loss = 0.0;
  double validation_auprc = 0.0;
};

struct WorstCase {
  std::string id = {};     // of the table; its score and label come from there
  std::string image = {};  // "data:image/png;base64,…"; empty: no picture
  std::string note = {};   // "subtle, right base"
};

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct ReportOptions {
  std::string title = {};  // "Consolidation on frontal chest films of adults: accuracy of …"
  std::string finding = "the finding";  // "consolidation", inside a sentence
  std::string unit = "film";            // what is counted: "film", "image"
  std::string intended_use = {};        // one or two sentences; empty: not stated
  std::string not_tested = {};          // a plain sentence on what the data cannot show
  NamedTexts facts = {};                // head of the page: {"Model", "chest 2.1"}
  std::string split = "test";           // rows that are evaluated
  double threshold = 0.5;               // operating point, a calibrated probability
  // How it was chosen: "the highest that kept sensitivity at 0.90 on the validation part"
  std::string threshold_rule = {};
  double high_from = 0.5;               // of the tiers
  std::string calibration_method = {};  // "Platt, of three methods the one of least log loss"
  std::optional<double> sensitivity_floor = {};  // dashed line in the forest
  fairness::SubgroupOptions subgroups = {};
  std::size_t resamples = 1000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
  double shortcut_limit = 0.6;                      // AUROC of the metadata-only baseline
  std::optional<baseline::Baseline> metadata = {};  // scored on the evaluated rows
  std::optional<baseline::Baseline> histogram = {};
  std::optional<LeakageAudit> leakage = {};
  std::vector<GateResult> gates = {};
  std::vector<Part> parts = {};
  std::vector<Epoch> training = {};
  std::vector<WorstCase> worst = {};
  NamedTexts methods = {};   // further lines: {"Reference", "two readers"}
  std::string command = {};  // how to make it again
};

// ── what is worked out ───────────────────────────────────────────────────────────────────────────

struct Metrics {
  Estimate auroc = {};
  Estimate auprc = {};
  Estimate accuracy = {};     // at probability 0.5
  Estimate sensitivity = {};  // these four at the operating point
  Estimate specificity = {};
  Estimate ppv = {};
  Estimate npv = {};
  Estimate brier = {};
  Estimate ece = {};  // ten bins of equal count
  Estimate log_loss = {};
};

struct TierRow {
  clinical::Tier tier = clinical::Tier::Low;
  std::size_t n = 0;
  std::size_t positives = 0;
  Estimate share = {};  // of films of this tier that had the finding
};

// Sensitivity and specificity if the undecided films are counted otherwise.
struct UndecidedRates {
  std::size_t n = 0;
  std::size_t positives = 0;
  metrics::Rates by_score = {};  // as the rest: the main analysis
  metrics::Rates left_out = {};
  metrics::Rates all_wrong = {};  // worst case
};

struct Report {
  ReportOptions options = {};
  std::size_t films = 0;
  std::size_t positives = 0;
  std::size_t patients = 0;
  std::size_t without_label = 0;  // left out
  Metrics metrics = {};
  metrics::Confusion table = {};
  std::vector<metrics::CurvePoint> curve = {};  // empty: one class only
  metrics::Band roc_band = {};
  metrics::Band precision_band = {};
  calibration::Reliability reliability = {};         // of the calibrated probability
  calibration::Reliability reliability_before = {};  // of sigmoid(score)
  Estimate ece_before = {};
  calibration::CalibrationLine line = {};
  std::vector<metrics::NetBenefit> net_benefit = {};
  std::vector<TierRow> tiers = {};                   // empty: the table has no tiers
  std::optional<UndecidedRates> undecided = {};      // where the table has tiers
  std::vector<std::size_t> histogram_positive = {};  // [20] bins of probability
  std::vector<std::size_t> histogram_negative = {};
  fairness::SubgroupTable subgroups = {};
  std::optional<Estimate> margin = {};  // AUROC of the model less that of the metadata
  std::vector<WorstCase> worst = {};    // as asked for, or the worst_ids
  std::vector<std::pair<double, bool>> worst_readings = {};  // probability and label of each
  std::size_t wrong = 0;      // films on the wrong side of the threshold
  std::size_t resamples = 0;  // that were drawn: fewer where films are many
};

// Works out everything that the report says about the rows of `options.split`.
// FailedPrecondition: no row of that split has a label. InvalidArgument: the threshold is outside
// [0, 1], or a baseline has not one score for each evaluated row.
[[nodiscard]] Result<Report> evaluate(const PredictionTable& predictions, ReportOptions options,
                                      Progress& progress);

// The ids of the `count` films of the split that were furthest on the wrong side, half of them
// missed, half marked without the finding: whose pictures a report should show.
[[nodiscard]] std::vector<std::string> worst_ids(const PredictionTable& predictions,
                                                 std::string_view split, double threshold,
                                                 std::size_t count = 4);

// {"auroc": {"value", "lower", "upper", "n"}, …} by the names of Metrics: what train and the
// package carry.
[[nodiscard]] Json to_json(const Metrics& metrics);
// The whole of it, for report.json.
[[nodiscard]] Json to_json(const Report& report);
// One HTML file: style and plots inside, no script, nothing fetched. Light, dark and print.
[[nodiscard]] std::string to_html(const Report& report);

}  // namespace osler::evaluate::report
