#include <nlohmann/json.hpp>

#include "evaluate/report/report.h"

namespace osler::evaluate::report {
namespace {

Json reliability_json(const calibration::Reliability& reliability) {
  Json bins = Json::array();
  for (const auto& bin : reliability.bins) {
    bins.push_back({{"lowest", bin.lowest},
                    {"highest", bin.highest},
                    {"n", bin.count},
                    {"positives", bin.positives},
                    {"mean_probability", bin.mean_probability},
                    {"observed", bin.observed_fraction}});
  }
  return bins;
}

Json calibration_json(const Report& report) {
  return {{"method", report.options.calibration_method},
          {"slope", metrics::to_json(report.line.slope)},
          {"intercept", metrics::to_json(report.line.intercept)},
          {"in_the_large", metrics::to_json(report.line.in_the_large)},
          {"certain_left_out", report.line.left_out},
          {"bins", reliability_json(report.reliability)},
          {"bins_before", reliability_json(report.reliability_before)},
          {"ece_before", metrics::to_json(report.ece_before)}};
}

Json tiers_json(const Report& report) {
  Json tiers = Json::array();
  for (const auto& row : report.tiers) {
    tiers.push_back({{"tier", clinical::to_string(row.tier)},
                     {"n", row.n},
                     {"positives", row.positives},
                     {"share", metrics::to_json(row.share)}});
  }
  return tiers;
}

Json gates_json(const Report& report) {
  Json gates = Json::array();
  for (const auto& gate : report.options.gates) {
    gates.push_back({{"name", gate.name},
                     {"status", gate.status},
                     {"value", gate.value},
                     {"bound", gate.bound},
                     {"n", gate.n},
                     {"sentence", gate.sentence}});
  }
  return gates;
}

Json training_json(const Report& report) {
  Json epochs = Json::array();
  for (const auto& epoch : report.options.training) {
    epochs.push_back({{"epoch", epoch.number},
                      {"training_loss", epoch.training_loss},
                      {"validation_loss", epoch.validation_loss},
                      {"validation_auprc", epoch.validation_auprc}});
  }
  return epochs;
}

Json net_benefit_json(const Report& report) {
  Json points = Json::array();
  for (const auto& point : report.net_benefit) {
    points.push_back({{"threshold", point.threshold},
                      {"model", point.model},
                      {"lower", point.lower},
                      {"upper", point.upper},
                      {"treat_all", point.treat_all}});
  }
  return points;
}

Json leakage_json(const Report& report) {
  if (!report.options.leakage) {
    return nullptr;
  }
  const auto& audit = *report.options.leakage;
  return {{"duplicate_groups", audit.duplicate_groups},
          {"across_splits", audit.across_splits},
          {"patients_across_splits", audit.patients_across_splits},
          {"treatment", audit.treatment}};
}

template <typename T>
Json optional_json(const std::optional<T>& value) {
  using baseline::to_json;
  using metrics::to_json;
  return value ? to_json(*value) : Json(nullptr);
}

}  // namespace

Json to_json(const Metrics& metrics) {
  using metrics::to_json;
  return {{"auroc", to_json(metrics.auroc)},
          {"auprc", to_json(metrics.auprc)},
          {"accuracy", to_json(metrics.accuracy)},
          {"sensitivity", to_json(metrics.sensitivity)},
          {"specificity", to_json(metrics.specificity)},
          {"ppv", to_json(metrics.ppv)},
          {"npv", to_json(metrics.npv)},
          {"brier", to_json(metrics.brier)},
          {"ece", to_json(metrics.ece)},
          {"log_loss", to_json(metrics.log_loss)}};
}

Json to_json(const Report& report) {
  const ReportOptions& options = report.options;
  return {{"format", "osler-report/1"},
          {"title", options.title},
          {"finding", options.finding},
          {"split", options.split},
          {"films", report.films},
          {"positives", report.positives},
          {"patients", report.patients},
          {"without_label", report.without_label},
          {"threshold", options.threshold},
          {"threshold_rule", options.threshold_rule},
          {"confidence", options.confidence},
          {"resamples", report.resamples},
          {"seed", options.seed},
          {"metrics", to_json(report.metrics)},
          {"confusion",
           {{"tp", report.table.tp},
            {"fp", report.table.fp},
            {"fn", report.table.fn},
            {"tn", report.table.tn}}},
          {"calibration", calibration_json(report)},
          {"tiers", tiers_json(report)},
          {"net_benefit", net_benefit_json(report)},
          {"subgroups", fairness::to_json(report.subgroups)},
          {"metadata_baseline", optional_json(options.metadata)},
          {"histogram_baseline", optional_json(options.histogram)},
          {"margin_over_metadata", optional_json(report.margin)},
          {"leakage", leakage_json(report)},
          {"gates", gates_json(report)},
          {"training", training_json(report)}};
}

}  // namespace osler::evaluate::report
