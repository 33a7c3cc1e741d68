// Agreement with pROC, epiR and scikit-learn, by their stored output.

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/confusion.h"
#include "evaluate/metrics/curves.h"
#include "evaluate/metrics/scoring.h"
#include "tests/support/statistics.h"

namespace osler::evaluate::metrics {
namespace {

using test::Oracle;

void compare_bounds(const Oracle& oracle, const Estimate& got, const Json& want,
                    const std::string& what) {
  oracle.compare(got.lower, want.at(0), what + " lower");
  oracle.compare(got.upper, want.at(1), what + " upper");
}

TEST(Oracle, AurocAndDelongAsPRoc) {
  OSLER_ORACLE(oracle, "roc_auc_delong");
  const auto labels = oracle.labels("roc.csv", "y");
  for (const auto& [marker, want] : oracle.expected().at("markers").items()) {
    const auto scores = oracle.column("roc.csv", marker);
    const Cases cases{.scores = scores, .labels = labels};
    const auto found = *auroc(cases);
    oracle.compare(found.area.value, want.at("auc"), marker);
    oracle.compare(found.variance, want.at("var_delong"), marker + " variance");
    compare_bounds(oracle, found.area, want.at("ci95_delong"), marker);
    compare_bounds(oracle, auroc(cases, {.confidence = 0.9})->area, want.at("ci90_delong"), marker);
    compare_bounds(oracle, auroc(cases, {.scale = AurocScale::Logit})->area, want.at("logit_ci95"),
                   marker);
    oracle.compare(hanley_mcneil_error(found.area.value, found.positives, found.negatives),
                   want.at("hanley_mcneil_se"), marker);
  }
}

TEST(Oracle, PairedAndUnpairedTestsAsPRoc) {
  OSLER_ORACLE(oracle, "roc_auc_delong");
  const auto labels = oracle.labels("roc.csv", "y");
  for (const auto& [pair, want] : oracle.expected().at("delong_paired").items()) {
    const auto first = oracle.column("roc.csv", pair.substr(0, 2));
    const auto second = oracle.column("roc.csv", pair.substr(pair.size() - 2));
    const auto found = *compare_paired({.scores = first, .labels = labels}, second);
    oracle.compare(found.statistic, want.at("statistic"), pair);
    oracle.compare(found.p_value, want.at("p_value"), pair);
    compare_bounds(oracle, found.difference, want.at("ci95"), pair);
    if (pair == "m1_vs_m2") {
      oracle.compare(found.covariance, oracle.expected().at("delong_cov_m1_m2"), pair);
    }
  }
  const auto scores = oracle.column("roc.csv", "m1");
  const auto female = oracle.labels("roc.csv", "female");
  std::vector<double> part_scores[2];
  std::vector<std::uint8_t> part_labels[2];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    part_scores[female[i]].push_back(scores[i]);
    part_labels[female[i]].push_back(labels[i]);
  }
  const auto found = *compare_unpaired({.scores = part_scores[0], .labels = part_labels[0]},
                                       {.scores = part_scores[1], .labels = part_labels[1]});
  const auto& want = oracle.expected().at("delong_unpaired");
  oracle.compare(found.statistic, want.at("statistic"), "unpaired statistic");
  oracle.compare(found.p_value, want.at("p_value"), "unpaired p");
  oracle.compare(*found.df, want.at("df"), "unpaired df");
  oracle.compare(found.first.value, want.at("auc_0"), "auc_0");
}

TEST(Oracle, PartialAreasAsPRoc) {
  OSLER_ORACLE(oracle, "roc_auc_delong");
  const auto labels = oracle.labels("roc.csv", "y");
  const auto& asked = oracle.document.at("inline").at("partial_auc");
  const auto& wanted = oracle.expected().at("partial_auc");
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto scores = oracle.column("roc.csv", asked[i].at("marker"));
    const bool specificity = asked[i].at("axis") == "specificity";
    const auto found =
        partial_auroc({.scores = scores, .labels = labels},
                      {.axis = specificity ? PartialAxis::Specificity : PartialAxis::Sensitivity,
                       .from = asked[i].at("from"),
                       .to = asked[i].at("to"),
                       .corrected = asked[i].at("corrected")});
    oracle.compare(*found, wanted[i].at("value"), asked[i].at("name"));
  }
}

TEST(Oracle, CurvesAndBestPointsAsPRoc) {
  OSLER_ORACLE(oracle, "roc_auc_delong");
  const auto labels = oracle.labels("roc.csv", "y");
  for (const std::string marker : {"m1", "m3"}) {
    const auto scores = oracle.column("roc.csv", marker);
    auto points = *curve({.scores = scores, .labels = labels}, Cut::Midpoints);
    oracle.compare(sensitivity_at(points, 0.9), oracle.expected().at("sens_at_spec_0.9").at(marker),
                   marker);
    const auto youden = best_by_youden(points);
    const auto corner = best_by_corner(points);
    const auto& want_youden = oracle.expected().at("best_youden").at(marker);
    const auto& want_corner = oracle.expected().at("best_closest_topleft").at(marker);
    ASSERT_EQ(youden.size(), want_youden.size());
    ASSERT_EQ(corner.size(), want_corner.size());
    oracle.compare(youden[0].threshold, want_youden[0].at("threshold"), marker);
    oracle.compare(corner[0].threshold, want_corner[0].at("threshold"), marker);
    EXPECT_EQ(youden[0].tp, want_youden[0].at("tp").get<std::size_t>());
    EXPECT_EQ(corner[0].fp, want_corner[0].at("fp").get<std::size_t>());
    std::ranges::reverse(points);
    const auto& want_points = oracle.expected().at("roc_points_" + marker);
    ASSERT_EQ(points.size(), want_points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      oracle.compare(points[i].threshold, want_points[i].at("threshold"), marker);
      oracle.compare(points[i].sensitivity, want_points[i].at("sensitivity"), marker);
      oracle.compare(points[i].specificity, want_points[i].at("specificity"), marker);
    }
  }
}

TEST(Oracle, RatesOfATableAsEpiR) {
  OSLER_ORACLE(oracle, "binary_metrics_ci");
  const std::pair<const char*, Interval> intervals[] = {
      {"clopper_pearson", Interval::ClopperPearson},
      {"wilson", Interval::Wilson},
      {"wald", Interval::Wald},
      {"agresti_coull", Interval::AgrestiCoull},
      {"jeffreys", Interval::Jeffreys}};
  const auto& tables = oracle.document.at("inline").at("tables");
  const auto& prevalences = oracle.document.at("inline").at("prevalences");
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const auto& want = oracle.expected().at("tables")[t];
    const Confusion table{.tp = tables[t].at("tp"),
                          .fp = tables[t].at("fp"),
                          .fn = tables[t].at("fn"),
                          .tn = tables[t].at("tn")};
    for (const auto& [key, interval] : intervals) {
      const Rates found = rates(table, {.interval = interval});
      const std::pair<const char*, Estimate> named[] = {{"sensitivity", found.sensitivity},
                                                        {"specificity", found.specificity},
                                                        {"ppv", found.ppv},
                                                        {"npv", found.npv},
                                                        {"accuracy", found.accuracy},
                                                        {"prevalence", found.prevalence}};
      for (const auto& [name, estimate] : named) {
        oracle.compare(estimate.value, want.at(name).at("estimate"), name);
        compare_bounds(oracle, estimate, want.at(name).at(key), std::string(name) + " " + key);
      }
    }
    const Summary found = summary(table);
    oracle.compare(found.youden, want.at("youden"), "youden");
    oracle.compare(found.balanced_accuracy, want.at("balanced_accuracy"), "balanced");
    oracle.compare(found.f1, want.at("f1"), "f1");
    oracle.compare(found.f2, want.at("f2"), "f2");
    oracle.compare(found.matthews, want.at("mcc"), "mcc");
    oracle.compare(found.kappa, want.at("kappa"), "kappa");
    oracle.compare(found.g_mean, want.at("gmean"), "gmean");
    oracle.compare(found.number_needed_to_diagnose, want.at("nnd"), "nnd");
    oracle.compare(found.true_prevalence, want.at("rogan_gladen_true_prev"), "true prevalence");
    const auto positive = positive_likelihood_ratio(table);
    const auto negative = negative_likelihood_ratio(table);
    const auto odds = diagnostic_odds_ratio(table);
    oracle.compare(positive.value, want.at("lr_pos"), "lr+");
    oracle.compare(negative.value, want.at("lr_neg"), "lr-");
    oracle.compare(odds.value, want.at("dor"), "dor");
    if (positive.has_interval()) {
      compare_bounds(oracle, positive, want.at("lr_pos_ci95_log"), "lr+");
      compare_bounds(oracle, negative, want.at("lr_neg_ci95_log"), "lr-");
      compare_bounds(oracle, odds, want.at("dor_ci95_log"), "dor");
    }
    for (std::size_t p = 0; p < prevalences.size(); ++p) {
      const auto values = predictive_values(rates(table).sensitivity.value,
                                            rates(table).specificity.value, prevalences[p]);
      oracle.compare(values.ppv, want.at("ppv_npv_adjusted")[p].at("ppv"), "ppv");
      oracle.compare(values.npv, want.at("ppv_npv_adjusted")[p].at("npv"), "npv");
    }
  }
}

TEST(Oracle, BinaryMetricsAsScikitLearn) {
  OSLER_ORACLE(oracle, "classification_binary");
  const auto labels = oracle.labels("binary_probs.csv", "y");
  const BootstrapOptions few{.resamples = 20};
  for (const std::string name : {"p1", "p2", "p3_ties"}) {
    const auto scores = oracle.column("binary_probs.csv", name);
    const Cases cases{.scores = scores, .labels = labels};
    const auto& want = oracle.expected().at(name);
    oracle.compare(auroc(cases)->area.value, want.at("roc_auc"), name);
    oracle.compare(average_precision(cases, few)->value, want.at("average_precision"), name);
    oracle.compare(brier(cases, few)->value, want.at("brier"), name);
    oracle.compare(log_loss(cases, few)->value, want.at("log_loss"), name);
    oracle.compare(*partial_auroc(cases, {.from = 1.0, .to = 0.9, .corrected = true}),
                   want.at("partial_auc_fpr_0_0p1_mcclish"), name);
    const auto points = *curve(cases);
    oracle.compare(static_cast<double>(points.size()), want.at("n_roc_points"), name);
    const auto youden = best_by_youden(points).front();
    oracle.compare(youden.sensitivity + youden.specificity - 1.0, want.at("ks_max_tpr_minus_fpr"),
                   name);
    const auto table = *confusion(cases, 0.5);
    const auto& at = want.at("at_0p5");
    oracle.compare(static_cast<double>(table.tn), at.at("tn_fp_fn_tp")[0], name);
    oracle.compare(static_cast<double>(table.tp), at.at("tn_fp_fn_tp")[3], name);
    const Summary found = summary(table);
    oracle.compare(found.f1, at.at("f1"), name);
    oracle.compare(found.matthews, at.at("mcc"), name);
    oracle.compare(found.kappa, at.at("cohen_kappa"), name);
    oracle.compare(found.jaccard, at.at("jaccard"), name);
    oracle.compare(rates(table).accuracy.value, at.at("accuracy"), name);
  }
}

TEST(Oracle, BootstrapBoundsAsBoot) {
  OSLER_ORACLE(oracle, "bootstrap_auc");
  const auto labels = oracle.labels("roc.csv", "y");
  const auto scores = oracle.column("roc.csv", "m1");
  const auto text = *read_text(test::shared_data() / "statistics/bootstrap_indices.csv");
  std::vector<double> replicates;
  for (const auto& line : split(text, '\n')) {
    if (trim(line).empty()) {
      continue;
    }
    std::vector<double> drawn_scores;
    std::vector<std::uint8_t> drawn_labels;
    for (const auto& field : split(line, ',')) {
      const auto row = static_cast<std::size_t>(*parse_integer(trim(field)) - 1);
      drawn_scores.push_back(scores[row]);
      drawn_labels.push_back(labels[row]);
    }
    replicates.push_back(auroc({.scores = drawn_scores, .labels = drawn_labels})->area.value);
  }
  const double value = auroc({.scores = scores, .labels = labels})->area.value;
  const std::pair<const char*, BootstrapBounds> kinds[] = {
      {"auc_percentile_boot_ci", BootstrapBounds::Percentile},
      {"auc_basic", BootstrapBounds::Basic},
      {"auc_normal", BootstrapBounds::Normal}};
  for (const auto& [key, kind] : kinds) {
    const auto bounds = bootstrap_bounds(replicates, value, {.bounds = kind});
    oracle.compare(bounds.lower, oracle.expected().at(key)[0], key);
    oracle.compare(bounds.upper, oracle.expected().at(key)[1], key);
  }
}

TEST(Oracle, NetBenefitAsPublished) {
  OSLER_ORACLE(oracle, "decision_curve");
  const auto labels = oracle.labels("dca_df_binary.csv", "cancer");
  const auto scores = oracle.column("dca_df_binary.csv", "cancerpredmarker");
  const std::vector<double> at{0.25};

  const auto found = *net_benefit({.scores = scores, .labels = labels}, at, {.resamples = 20});

  EXPECT_NEAR(found[0].model, 0.064, 1e-6);
  EXPECT_NEAR(found[0].treat_all, -0.1466667, 1e-6);
}

}  // namespace
}  // namespace osler::evaluate::metrics
