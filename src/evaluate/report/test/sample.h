#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/rng.h"
#include "base/text.h"
#include "evaluate/baseline/baseline.h"
#include "evaluate/calibration/operating_point.h"
#include "evaluate/fairness/subgroups.h"
#include "evaluate/report/report.h"

namespace osler::evaluate::report {

// A made-up study whose truth is known: validation and test films of patients, one to three each;
// the score is weaker in patients of 80 and over, and one site is small.
struct SampleStudy {
  PredictionTable predictions;
  ReportOptions options;
};

inline std::string sample_csv(std::size_t patients, std::uint64_t seed,
                              const clinical::ScoreMap* map) {
  Rng rng(seed);
  std::string out =
      "id,patient,split,label,score,probability,lower,upper,tier,positive,sex,age_band,view,site,"
      "manufacturer\n";
  for (std::size_t p = 0; p < patients; ++p) {
    const double age = rng.uniform(18.0, 95.0);
    const bool validation = rng.chance(0.5);
    const std::string sex = rng.chance(0.47) ? "F" : "M";
    const char* sites[] = {"North", "South", "Harbour"};
    const char* site = sites[rng.chance(0.03) ? 2 : rng.below(2)];
    const std::size_t films = 1 + rng.below(3);
    for (std::size_t f = 0; f < films; ++f) {
      const bool positive = rng.chance(0.22);
      const double strength = age >= 80.0 ? 1.2 : 2.2;
      const double score = 2.0 * rng.normal(positive ? strength : 0.0, 1.0) - 3.5;
      clinical::Reading reading;
      if (map != nullptr) {
        reading = map->read(score);
      }
      const std::vector<std::string> fields{"film-" + std::to_string(p) + "-" + std::to_string(f),
                                            "p" + std::to_string(p),
                                            validation ? "validation" : "test",
                                            positive ? "1" : "0",
                                            std::to_string(score),
                                            std::to_string(reading.probability),
                                            std::to_string(std::max(0.0, reading.lower - 1e-6)),
                                            std::to_string(std::min(1.0, reading.upper + 1e-6)),
                                            std::string(clinical::to_string(reading.tier)),
                                            reading.positive ? "1" : "0",
                                            sex,
                                            fairness::age_band(age),
                                            rng.chance(0.55) ? "AP" : "PA",
                                            site,
                                            rng.chance(0.6) ? "Maker A" : "Maker B"};
      out += join(fields, ",") + "\n";
    }
  }
  return out;
}

inline PredictionTable sample_table(std::size_t patients, std::uint64_t seed) {
  const auto raw =
      *PredictionTable::parse(*CsvTable::parse(sample_csv(patients, seed, nullptr), "sample.csv"));
  const auto validation =
      raw.where([&](std::size_t row) { return raw.splits[row] == "validation"; });
  std::vector<std::uint8_t> labels;
  for (const auto& label : validation.labels) {
    labels.push_back(*label ? 1 : 0);
  }
  const auto groups = metrics::group_numbers(validation.patients);
  const auto fitted =
      *calibration::fit_score_map({.scores = validation.scores, .labels = labels, .groups = groups},
                                  {.rule = {.value = 0.9}, .high_from = 0.7});
  auto table = *PredictionTable::parse(
      *CsvTable::parse(sample_csv(patients, seed, &fitted.map), "sample.csv"));
  return table;
}

inline std::vector<baseline::Field> sample_fields(const PredictionTable& table) {
  std::vector<baseline::Field> out;
  for (const auto& column : table.columns) {
    out.push_back({column.name, column.values});
  }
  return out;
}

// The threshold that marks as the table does: the least probability among the positive readings.
inline double sample_threshold(const PredictionTable& table) {
  double threshold = 1.0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.tiers[row] == clinical::Tier::High || table.tiers[row] == clinical::Tier::Medium) {
      threshold = std::min(threshold, table.probabilities[row]);
    }
  }
  return threshold;
}

inline SampleStudy sample_study(std::size_t patients = 2200, std::uint64_t seed = 148) {
  SampleStudy out{.predictions = sample_table(patients, seed), .options = {}};
  auto& options = out.options;
  const auto& table = out.predictions;
  options.title = "Consolidation on frontal chest films of adults: accuracy of chest 2.1.0";
  options.finding = "consolidation";
  options.intended_use = "frontal chest films of adults, read by a radiologist.";
  options.not_tested =
      "It was not tested on children, lateral films or other hospitals, and not for its effect on "
      "care.";
  options.facts = {{"Model", "chest 2.1.0 9f2c41ab"},
                   {"Data set", "chest v7 5be1d07c"},
                   {"Run", "r148, code 2c80f71"},
                   {"Made", "1 Oct 2026, 04:47"}};
  options.threshold = sample_threshold(table);
  options.threshold_rule = "the highest that kept sensitivity at 0.90 on the validation part";
  options.high_from = 0.7;
  options.calibration_method = "Isotonic, of three methods the one of least log loss";
  options.sensitivity_floor = 0.8;
  options.resamples = 200;
  std::vector<std::uint8_t> labels;
  std::vector<std::size_t> fit_on;
  std::vector<std::size_t> score_on;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    labels.push_back(*table.labels[row] ? 1 : 0);
    (table.splits[row] == "test" ? score_on : fit_on).push_back(row);
  }
  options.metadata = *baseline::fit_and_score(
      sample_fields(table), labels, metrics::group_numbers(table.patients), fit_on, score_on);
  options.leakage = LeakageAudit{.duplicate_groups = 27,
                                 .across_splits = 8,
                                 .patients_across_splits = 0,
                                 .treatment = "split by patient"};
  options.gates = {
      {"Sensitivity, lower bound", "pass", 0.86, 0.80, 486, "found often enough"},
      {"Largest gap in sensitivity", "fail", 0.31, 0.15, 2214, "weaker at 80 years and over"},
      {"Leakage", "inconclusive", 8, 0, 27, "eight groups cross the split"}};
  options.parts = {
      {"train", 10332, 2270, 7824}, {"validation", 2214, 486, 1690}, {"test", 2214, 486, 1690}};
  for (std::size_t e = 1; e <= 12; ++e) {
    const auto x = static_cast<double>(e);
    options.training.push_back({e, 0.2 + 0.5 / x, 0.27 + 0.4 / x + 0.002 * x, 0.6 + 0.02 * x});
  }
  options.methods = {{"Reference", "Two radiologists each, a third where they differed."}};
  options.command = "osler evaluate predictions.csv --study study.yaml --seed 148";
  return out;
}

}  // namespace osler::evaluate::report
