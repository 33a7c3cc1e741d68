#include "evaluate/report/report.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "evaluate/metrics/scoring.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::report {
namespace {

using calibration::Binning;
using clinical::Tier;
using metrics::BootstrapOptions;
using metrics::Cases;
using metrics::Confusion;

constexpr calibration::ReliabilityOptions kTenBins{.bins = 10, .binning = Binning::EqualCount};
constexpr std::size_t kHistogramBins = 20;
constexpr std::size_t kBandPoints = 51;

// The evaluated films in the shape that the rooms below take.
struct Films {
  PredictionTable table;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> patients;
  std::vector<double> uncalibrated;  // sigmoid(score)

  [[nodiscard]] Cases calibrated() const {
    return {.scores = table.probabilities, .labels = labels, .groups = patients};
  }
  [[nodiscard]] Cases raw() const {
    return {.scores = table.scores, .labels = labels, .groups = patients};
  }
  [[nodiscard]] Cases before() const {
    return {.scores = uncalibrated, .labels = labels, .groups = patients};
  }
};

Films films_of(PredictionTable table) {
  Films out;
  for (const auto& label : table.labels) {
    out.labels.push_back(*label ? 1 : 0);
  }
  for (const double score : table.scores) {
    out.uncalibrated.push_back(regression::sigmoid(score));
  }
  out.patients = metrics::group_numbers(table.patients);
  out.table = std::move(table);
  return out;
}

Result<Films> pick(const PredictionTable& predictions, const ReportOptions& options,
                   std::size_t& without_label) {
  without_label = 0;
  auto chosen = predictions.where([&](std::size_t row) {
    const bool here = predictions.splits[row] == options.split;
    without_label += here && !predictions.labels[row] ? 1U : 0U;
    return here && predictions.labels[row].has_value();
  });
  if (chosen.rows() == 0) {
    return Error(ErrorCode::FailedPrecondition,
                 "no row of the split \"" + options.split + "\" has a label")
        .at(predictions.name)
        .hint("name a split that the file holds, or give the labels");
  }
  return films_of(std::move(chosen));
}

Result<void> check(const Films& films, const ReportOptions& options) {
  if (!(options.threshold >= 0.0 && options.threshold <= 1.0)) {
    return Error(ErrorCode::InvalidArgument, "the threshold is outside [0, 1]");
  }
  for (const auto* baseline : {&options.metadata, &options.histogram}) {
    if (*baseline && (*baseline)->scores.size() != films.labels.size()) {
      return Error(ErrorCode::InvalidArgument,
                   "a baseline has " + std::to_string((*baseline)->scores.size()) + " scores for " +
                       std::to_string(films.labels.size()) + " films");
    }
  }
  return {};
}

// A million films need no thousand resamples: the interval is then narrower than a digit shown.
BootstrapOptions bootstrap_for(std::size_t films, const ReportOptions& options) {
  const std::size_t enough = std::max<std::size_t>(100, 400'000'000 / films);
  return {.resamples = std::min(options.resamples, enough),
          .seed = options.seed,
          .confidence = options.confidence};
}

Result<Metrics> measure(const Films& films, const ReportOptions& options,
                        const BootstrapOptions& bootstrap) {
  Metrics out;
  const metrics::ProportionOptions proportions{.confidence = options.confidence};
  OSLER_TRY(const auto area, metrics::auroc(films.raw(), {.confidence = options.confidence}));
  OSLER_TRY(const auto at_half, metrics::rates_at(films.calibrated(), 0.5, proportions));
  OSLER_TRY(const auto rates,
            metrics::rates_at(films.calibrated(), options.threshold, proportions));
  out.auroc = area.area;
  out.accuracy = at_half.accuracy;
  out.sensitivity = rates.sensitivity;
  out.specificity = rates.specificity;
  out.ppv = rates.ppv;
  out.npv = rates.npv;
  OSLER_TRY(out.auprc, metrics::average_precision(films.raw(), bootstrap));
  OSLER_TRY(out.brier, metrics::brier(films.calibrated(), bootstrap));
  OSLER_TRY(out.log_loss, metrics::log_loss(films.calibrated(), bootstrap));
  auto shifted = bootstrap;
  shifted.bounds = metrics::BootstrapBounds::Shifted;
  OSLER_TRY(out.ece,
            calibration::expected_calibration_error(films.calibrated(), kTenBins, shifted));
  return out;
}

// Thresholds where a reader would act: from a quarter of the operating point to well above it.
std::vector<double> sensible_thresholds(double operating) {
  const double low = std::clamp(operating / 4.0, 0.01, 0.4);
  const double high = std::clamp(std::max(2.5 * operating, operating + 0.2), low + 0.1, 0.95);
  std::vector<double> out;
  constexpr int kSteps = 40;
  for (int i = 0; i <= kSteps; ++i) {
    out.push_back(low + (high - low) * i / kSteps);
  }
  return out;
}

Result<void> draw_curves(const Films& films, const BootstrapOptions& bootstrap, Report& report) {
  const std::size_t m = films.calibrated().positives();
  if (m == 0 || m == films.labels.size()) {
    return {};
  }
  OSLER_TRY(report.curve, metrics::curve(films.raw()));
  OSLER_TRY(report.roc_band, metrics::roc_band(films.raw(), kBandPoints, bootstrap));
  OSLER_TRY(report.precision_band, metrics::precision_band(films.raw(), kBandPoints, bootstrap));
  OSLER_TRY(report.net_benefit,
            metrics::net_benefit(films.calibrated(), sensible_thresholds(report.options.threshold),
                                 bootstrap));
  return {};
}

Result<void> calibrate(const Films& films, const BootstrapOptions& bootstrap, Report& report) {
  auto shifted = bootstrap;
  shifted.bounds = metrics::BootstrapBounds::Shifted;
  OSLER_TRY(report.reliability, calibration::reliability(films.calibrated(), kTenBins));
  OSLER_TRY(report.reliability_before, calibration::reliability(films.before(), kTenBins));
  OSLER_TRY(report.ece_before,
            calibration::expected_calibration_error(films.before(), kTenBins, shifted));
  OSLER_TRY(report.line,
            calibration::calibration_line(films.calibrated(), report.options.confidence));
  report.histogram_positive.assign(kHistogramBins, 0);
  report.histogram_negative.assign(kHistogramBins, 0);
  for (std::size_t i = 0; i < films.labels.size(); ++i) {
    const auto bin = static_cast<std::size_t>(films.table.probabilities[i] * kHistogramBins);
    auto& histogram = films.labels[i] == 1 ? report.histogram_positive : report.histogram_negative;
    ++histogram[std::min(bin, kHistogramBins - 1)];
  }
  return {};
}

Result<std::vector<TierRow>> tier_rows(const Films& films, double confidence) {
  std::vector<TierRow> out;
  if (films.table.tiers.empty()) {
    return out;
  }
  for (const Tier tier : {Tier::High, Tier::Medium, Tier::Undecided, Tier::Low}) {
    std::vector<std::uint8_t> hits;
    std::vector<std::uint32_t> patients;
    for (std::size_t i = 0; i < films.labels.size(); ++i) {
      if (films.table.tiers[i] == tier) {
        hits.push_back(films.labels[i]);
        patients.push_back(films.patients[i]);
      }
    }
    TierRow row{.tier = tier, .n = hits.size()};
    row.positives = static_cast<std::size_t>(std::ranges::count(hits, std::uint8_t{1}));
    OSLER_TRY(row.share, metrics::clustered_proportion(hits, patients, {.confidence = confidence}));
    out.push_back(std::move(row));
  }
  return out;
}

// Counted as independent films: a what-if beside the main analysis.
std::optional<UndecidedRates> undecided_rates(const Films& films, const ReportOptions& options) {
  if (films.table.tiers.empty()) {
    return std::nullopt;
  }
  UndecidedRates out;
  Confusion by_score;
  Confusion left_out;
  Confusion all_wrong;
  const auto count = [](Confusion& table, bool marked, bool positive) {
    ++(positive ? (marked ? table.tp : table.fn) : (marked ? table.fp : table.tn));
  };
  for (std::size_t i = 0; i < films.labels.size(); ++i) {
    const bool positive = films.labels[i] == 1;
    const bool marked = films.table.probabilities[i] >= options.threshold;
    count(by_score, marked, positive);
    if (films.table.tiers[i] == Tier::Undecided) {
      ++out.n;
      out.positives += positive ? 1 : 0;
      count(all_wrong, !positive, positive);
    } else {
      count(left_out, marked, positive);
      count(all_wrong, marked, positive);
    }
  }
  const metrics::ProportionOptions proportions{.confidence = options.confidence};
  out.by_score = metrics::rates(by_score, proportions);
  out.left_out = metrics::rates(left_out, proportions);
  out.all_wrong = metrics::rates(all_wrong, proportions);
  return out;
}

// "F, 80 and over, AP, North": what is known of a film, for its note.
std::string groups_of(const PredictionTable& table, std::size_t row) {
  std::string out;
  for (const auto& column : table.columns) {
    if (!column.values[row].empty() && column.values[row].size() < 24) {
      out += (out.empty() ? "" : ", ") + column.values[row];
    }
  }
  return out;
}

void show_worst(const Films& films, const PredictionTable& predictions, Report& report) {
  report.worst = report.options.worst;
  if (report.worst.empty()) {
    for (auto& id : worst_ids(predictions, report.options.split, report.options.threshold)) {
      report.worst.push_back({.id = std::move(id)});
    }
  }
  std::unordered_map<std::string_view, std::size_t> row_of;
  for (std::size_t i = 0; i < films.table.rows(); ++i) {
    row_of.emplace(films.table.ids[i], i);
  }
  // A case of another split has no reading here.
  std::erase_if(report.worst, [&](const WorstCase& one) { return !row_of.contains(one.id); });
  for (WorstCase& one : report.worst) {
    const std::size_t row = row_of.at(one.id);
    if (one.note.empty()) {
      one.note = groups_of(films.table, row);
    }
    report.worst_readings.emplace_back(films.table.probabilities[row], films.labels[row] == 1);
  }
}

}  // namespace

std::vector<std::string> worst_ids(const PredictionTable& predictions, std::string_view split,
                                   double threshold, std::size_t count) {
  std::vector<std::size_t> missed;
  std::vector<std::size_t> false_marks;
  for (std::size_t row = 0; row < predictions.rows(); ++row) {
    if (predictions.splits[row] != split || !predictions.labels[row]) {
      continue;
    }
    const bool marked = predictions.probabilities[row] >= threshold;
    if (marked != *predictions.labels[row]) {
      (marked ? false_marks : missed).push_back(row);
    }
  }
  const auto score = [&](std::size_t row) { return predictions.scores[row]; };
  std::ranges::stable_sort(missed, {}, score);
  std::ranges::stable_sort(false_marks, std::greater<>(), score);
  const std::size_t half = std::min((count + 1) / 2, missed.size());
  const std::size_t rest = std::min(count - half, false_marks.size());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(count - rest, missed.size()); ++i) {
    out.push_back(predictions.ids[missed[i]]);
  }
  for (std::size_t i = 0; i < rest; ++i) {
    out.push_back(predictions.ids[false_marks[i]]);
  }
  return out;
}

Result<Report> evaluate(const PredictionTable& predictions, ReportOptions options,
                        Progress& progress) {
  Report report;
  report.options = std::move(options);
  const ReportOptions& asked = report.options;
  OSLER_TRY(const auto films, pick(predictions, asked, report.without_label));
  OSLER_TRY_DO(check(films, asked));
  progress.begin("evaluate", 5);
  report.films = films.labels.size();
  report.positives = films.calibrated().positives();
  report.patients = metrics::count_groups(films.patients, report.films);
  const auto bootstrap = bootstrap_for(report.films, asked);
  report.resamples = bootstrap.resamples;
  OSLER_TRY(report.table, metrics::confusion(films.calibrated(), asked.threshold));
  report.wrong = report.table.fp + report.table.fn;
  OSLER_TRY(report.metrics, measure(films, asked, bootstrap));
  progress.at(1, "metrics");
  OSLER_TRY_DO(draw_curves(films, bootstrap, report));
  progress.at(2, "curves");
  OSLER_TRY_DO(calibrate(films, bootstrap, report));
  OSLER_TRY(report.tiers, tier_rows(films, asked.confidence));
  report.undecided = undecided_rates(films, asked);
  progress.at(3, "calibration");
  auto by_group = asked.subgroups;
  by_group.threshold = asked.threshold;
  by_group.confidence = asked.confidence;
  OSLER_TRY(report.subgroups,
            fairness::subgroups(films.calibrated(), films.table.columns, by_group));
  progress.at(4, "groups");
  if (asked.metadata) {
    OSLER_TRY(const auto compared, metrics::compare_paired(films.raw(), asked.metadata->scores,
                                                           {.confidence = asked.confidence}));
    report.margin = compared.difference;
  }
  show_worst(films, predictions, report);
  progress.end("evaluated");
  return report;
}

}  // namespace osler::evaluate::report
