// Sections 2 and 3: the table of numbers, and the curves.

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/text.h"
#include "evaluate/metrics/proportion.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/sections.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

using clinical::Tier;

std::string estimate_row(std::string_view name, const Estimate& estimate, int decimals,
                         const std::string& method) {
  return "<tr>" + row_head(name) + cell("<b>" + digits(estimate.value, decimals) + "</b>", "n") +
         cell(range(estimate, decimals), estimate.has_interval() ? "nw" : "q") +
         cell(count(estimate.n), "n") + cell(method, "q") + "</tr>";
}

std::string main_table(const Report& report) {
  const auto& m = report.metrics;
  const auto& options = report.options;
  const bool grouped = report.patients < report.films;
  const std::string rate = grouped ? "Wilson; allows for several of one patient" : "Wilson";
  const std::string resampled =
      std::string("bootstrap") + (grouped ? " by patient" : "") + ", " + count(report.resamples);
  const std::string at_prevalence =
      "; at the prevalence here of " +
      percent(static_cast<double>(report.positives) / static_cast<double>(report.films));
  std::string out =
      "  <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The numbers\"><table>"
      "<thead><tr><th scope=\"col\">At threshold " +
      digits(options.threshold, 2) +
      (options.threshold_rule.empty() ? "" : ": " + escape_html(options.threshold_rule)) +
      "</th><th scope=\"col\" class=\"n\">Value</th><th scope=\"col\">" +
      percent(options.confidence) +
      " interval</th><th scope=\"col\" class=\"n\">n</th><th "
      "scope=\"col\">Method</th></tr></thead><tbody>";
  out +=
      estimate_row("AUROC", m.auroc, 3, grouped ? "DeLong, by patient after Obuchowski" : "DeLong");
  out += estimate_row("AUPRC", m.auprc, 3, "average precision; " + resampled);
  out += estimate_row("Sensitivity", m.sensitivity, 2, rate);
  out += estimate_row("Specificity", m.specificity, 2, rate);
  out += estimate_row("Positive predictive value", m.ppv, 2, rate + at_prevalence);
  out += estimate_row("Negative predictive value", m.npv, 2, rate + at_prevalence);
  out += estimate_row("Accuracy at probability 0.5", m.accuracy, 2, rate);
  out += estimate_row("Brier score", m.brier, 3, resampled);
  out += estimate_row("Calibration error (ECE)", m.ece, 3,
                      "ten bins of equal size; " + resampled + ", bias taken off");
  out += estimate_row("Calibration slope", report.line.slope, 2, "1 is ideal");
  out += estimate_row("Calibration intercept", report.line.intercept, 2, "0 is ideal");
  if (options.metadata) {
    out += estimate_row("AUROC of metadata alone", options.metadata->auroc, 3,
                        "header fields, no pixels; section 6");
  }
  if (options.histogram) {
    out += estimate_row("AUROC of grey values alone", options.histogram->auroc, 3,
                        "histogram, no shapes; section 6");
  }
  return out + "</tbody></table></div>\n";
}

std::string confusion_table(const Report& report) {
  const auto& t = report.table;
  const std::string threshold = digits(report.options.threshold, 2);
  const auto row = [](const std::string& head, std::size_t a, std::size_t b, std::size_t all) {
    return "<tr>" + row_head(head) + cell(count(a), "n") + cell(count(b), "n") +
           cell(count(all), "n q") + "</tr>";
  };
  return "<figure><figcaption><b>What happened to each " + report.options.unit +
         ".</b> Score against reference.</figcaption><table><thead><tr><td></td><th scope=\"col\" "
         "class=\"n\">Finding present</th><th scope=\"col\" class=\"n\">Absent</th><th "
         "scope=\"col\" class=\"n\">All</th></tr></thead><tbody>" +
         row("At or above " + threshold, t.tp, t.fp, t.marked()) +
         row("Below", t.fn, t.tn, t.unmarked()) +
         row("All", t.positives(), t.negatives(), t.size()) + "</tbody></table></figure>";
}

std::string undecided_table(const Report& report) {
  if (!report.undecided) {
    return "<figure><figcaption><b>Undecided " + report.options.unit +
           "s.</b> Not assessed: the predictions carry no tiers.</figcaption></figure>";
  }
  const auto& u = *report.undecided;
  const auto row = [](const std::string& head, const metrics::Rates& rates) {
    return "<tr>" + row_head(head) + cell(digits(rates.sensitivity.value, 2), "n") +
           cell(digits(rates.specificity.value, 2), "n") + "</tr>";
  };
  return "<figure><figcaption><b>If undecided " + report.options.unit +
         "s are counted otherwise.</b> " + count(u.n) + " " + report.options.unit + "s, " +
         count(u.positives) +
         " with the finding.</figcaption><table><thead><tr><td></td><th scope=\"col\" "
         "class=\"n\">Sensitivity</th><th scope=\"col\" class=\"n\">Specificity</th></tr></thead>"
         "<tbody>" +
         row("By their score (main analysis)", u.by_score) + row("Left out", u.left_out) +
         row("All wrong (worst case)", u.all_wrong) + "</tbody></table></figure>";
}

struct TierWords {
  std::string name;
  std::string where;
  std::string asks;
};

TierWords tier_words(Tier tier, const ReportOptions& options) {
  switch (tier) {
    case Tier::High:
      return {"High", "lower bound " + percent(options.high_from) + " and over",
              "Check the outline, then confirm or reject"};
    case Tier::Medium:
      return {"Medium", "above the threshold", "Read the region with the prior beside it"};
    case Tier::Undecided:
      return {"Undecided", "interval crosses " + percent(options.threshold),
              "Read as if there were no AI"};
    case Tier::Low:
      break;
  }
  return {"Low", "below the threshold", "Read as usual; low does not exclude"};
}

std::string tier_table(const Report& report) {
  if (report.tiers.empty()) {
    return "";
  }
  std::string out =
      "  <figure><figcaption><b>Tiers.</b> What a reader is asked, and how often such " +
      report.options.unit +
      "s had the finding.</figcaption><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Tiers\"><table><thead><tr><th scope=\"col\">Tier</th><th scope=\"col\">"
      "Probability</th><th scope=\"col\" class=\"n\">" +
      sentence_case(report.options.unit) +
      "s</th><th scope=\"col\" class=\"n\">With</th><th scope=\"col\">Had the finding</th><th "
      "scope=\"col\">Asked of the reader</th></tr></thead><tbody>";
  for (const auto& row : report.tiers) {
    const TierWords words = tier_words(row.tier, report.options);
    const std::string had = row.n == 0 ? "<span class=\"q\">none of this tier</span>"
                                       : "<b>" + of_hundred(row.share.value) +
                                             " of 100</b> <span class=\"q\">" +
                                             range_of_hundred(row.share) + "</span>";
    out += "<tr>" + row_head(words.name) + cell(words.where, "q") + cell(count(row.n), "n") +
           cell(count(row.positives), "n") + cell(had, "nw") + cell(words.asks, "q") + "</tr>";
  }
  return out + "</tbody></table></div></figure>\n";
}

std::string figure(const std::string& caption, const std::string& picture) {
  return "    <figure><figcaption>" + caption + "</figcaption>" + picture + "</figure>\n";
}

std::string reliability_table(const Report& report) {
  std::string out =
      "  <h3>Reliability, the numbers</h3>\n  <div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"Reliability\"><table><thead><tr><th scope=\"col\" "
      "class=\"n\">Probabilities</th><th scope=\"col\" class=\"n\">" +
      sentence_case(report.options.unit) +
      "s</th><th scope=\"col\" class=\"n\">With finding</th><th scope=\"col\" class=\"n\">Mean "
      "predicted</th><th scope=\"col\" class=\"n\">Observed</th><th scope=\"col\" class=\"n\">" +
      percent(report.options.confidence) + " interval</th></tr></thead><tbody>";
  for (const auto& bin : report.reliability.bins) {
    const auto seen =
        metrics::proportion(bin.positives, bin.count, {.confidence = report.options.confidence});
    out += "<tr>" + cell(digits(bin.lowest, 3) + " to " + digits(bin.highest, 3), "n") +
           cell(count(bin.count), "n") + cell(count(bin.positives), "n") +
           cell(digits(bin.mean_probability, 2), "n") +
           cell(digits(bin.observed_fraction, 2), "n") + cell(range(seen, 2), "n") + "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string data_table(const std::string& heads, const std::string& rows) {
  return "<details><summary>Show data</summary><table><thead><tr>" + heads +
         "</tr></thead><tbody>" + rows + "</tbody></table></details>";
}

std::string heads(std::initializer_list<const char*> names) {
  std::string out;
  for (const char* name : names) {
    out += "<th scope=\"col\" class=\"n\">" + std::string(name) + "</th>";
  }
  return out;
}

// The points of the curve where the sensitivity first reaches each twentieth.
std::string curve_data(const Report& report) {
  std::string rows;
  double next = 0.05;
  for (const auto& point : report.curve) {
    if (point.sensitivity + 1e-12 < next) {
      continue;
    }
    next = std::floor(point.sensitivity * 20.0 + 1e-9) / 20.0 + 0.05;
    rows += "<tr>" + cell(digits(point.threshold, 3), "n") +
            cell(digits(point.sensitivity, 2), "n") + cell(digits(point.specificity, 2), "n") +
            cell(digits(point.precision, 2), "n") + cell(count(point.tp), "n") +
            cell(count(point.fp), "n") + "</tr>";
  }
  return data_table(heads({"Raw score", "Sensitivity", "Specificity", "PPV", "Found", "False"}),
                    rows);
}

std::string decision_data(const Report& report) {
  std::string rows;
  for (std::size_t i = 0; i < report.net_benefit.size(); i += 4) {
    const auto& point = report.net_benefit[i];
    rows += "<tr>" + cell(digits(point.threshold, 3), "n") + cell(digits(point.model, 3), "n") +
            cell(digits(point.lower, 3) + " to " + digits(point.upper, 3), "n") +
            cell(digits(point.treat_all, 3), "n") + "</tr>";
  }
  return data_table(heads({"Threshold", "Net benefit", "Interval", "Act on all"}), rows);
}

std::string training_data(const Report& report) {
  std::string rows;
  for (const auto& epoch : report.options.training) {
    rows += "<tr>" + cell(count(epoch.number), "n") + cell(digits(epoch.training_loss, 3), "n") +
            cell(digits(epoch.validation_loss, 3), "n") +
            cell(digits(epoch.validation_auprc, 3), "n") + "</tr>";
  }
  return data_table(heads({"Epoch", "Training loss", "Validation loss", "Validation AUPRC"}), rows);
}

std::string histogram_data(const Report& report) {
  std::string rows;
  const auto bins = static_cast<double>(report.histogram_positive.size());
  for (std::size_t b = 0; b < report.histogram_positive.size(); ++b) {
    rows += "<tr>" +
            cell(digits(static_cast<double>(b) / bins, 2) + " to " +
                     digits(static_cast<double>(b + 1) / bins, 2),
                 "n") +
            cell(count(report.histogram_positive[b]), "n") +
            cell(count(report.histogram_negative[b]), "n") + "</tr>";
  }
  return data_table(heads({"Probability", "With the finding", "Without"}), rows);
}

std::string bin_sizes(const Report& report) {
  std::size_t least = report.films;
  std::size_t most = 0;
  for (const auto& bin : report.reliability.bins) {
    least = std::min(least, bin.count);
    most = std::max(most, bin.count);
  }
  const std::string last = counted(static_cast<std::int64_t>(most), report.options.unit);
  return least == most ? last : count(least) + " or " + last;
}

}  // namespace

std::string numbers_section(const Report& report) {
  return main_table(report) + "  <div class=\"pair\">\n    " + confusion_table(report) + "\n    " +
         undecided_table(report) + "\n  </div>\n" + tier_table(report);
}

std::string curves_section(const Report& report) {
  std::string out;
  const std::string confidence = percent(report.options.confidence);
  if (report.curve.empty()) {
    out += not_assessed("ROC, precision-recall and decision curves need " + report.options.unit +
                        "s with and without the finding: only one of both is here.");
  } else {
    out += "  <div class=\"pair\">\n" +
           figure("<b>ROC.</b> Band: pointwise " + confidence + ".",
                  roc_plot(report) + curve_data(report)) +
           figure("<b>Precision and recall.</b> Depends on the prevalence of " +
                      percent(static_cast<double>(report.positives) /
                              static_cast<double>(report.films)) +
                      ".",
                  precision_plot(report)) +
           "  </div>\n";
  }
  const std::string bins = std::to_string(report.reliability.bins.size()) + " bins of " +
                           bin_sizes(report) + "; bars: " + confidence + ".";
  const std::string by_class = score_plot(report);
  out +=
      "  <div class=\"pair\">\n" + figure("<b>Reliability.</b> " + bins, reliability_plot(report));
  if (!by_class.empty()) {
    out += figure("<b>Scores by class.</b> With the finding above, without below.",
                  by_class + histogram_data(report));
  }
  out += "  </div>\n";
  const std::string decision = decision_plot(report);
  const std::string training = training_plot(report);
  if (!decision.empty() || !training.empty()) {
    out += "  <div class=\"pair\">\n";
    if (!decision.empty()) {
      out += figure("<b>Decision curve.</b> Thresholds where a reader would act.",
                    decision + decision_data(report));
    }
    if (!training.empty()) {
      out += figure("<b>Training.</b> Loss by epoch.", training + training_data(report));
    }
    out += "  </div>\n";
  }
  return out + reliability_table(report);
}

}  // namespace osler::evaluate::report
