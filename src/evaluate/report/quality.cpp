// Sections 6 to 8: data quality and shortcuts, gates, methods.

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "evaluate/report/internal/sections.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

std::string check_row(const std::string& name, const std::string& result, const std::string& done) {
  return "<tr>" + row_head(name) + cell(result) + cell(escape_html(done), "q") + "</tr>";
}

std::string leakage_rows(const Report& report) {
  if (!report.options.leakage) {
    return check_row("Same patient or pixels on two sides of the split",
                     word("open", "Not assessed"), "no leakage audit came with the predictions");
  }
  const auto& audit = *report.options.leakage;
  const std::string patients =
      audit.patients_across_splits == 0
          ? word("pass", "None")
          : word("fail", count(audit.patients_across_splits) + " patients");
  const std::string pixels = audit.across_splits == 0
                                 ? word("pass", "None across the split")
                                 : word("fail", count(audit.across_splits) + " groups across");
  return check_row("Same patient on two sides of the split", patients, audit.treatment) +
         check_row("Same pixels twice", pixels,
                   count(audit.duplicate_groups) + " groups of equal pixels in all");
}

std::string baseline_row(const std::string& name, const std::optional<baseline::Baseline>& found,
                         double limit, const std::string& margin) {
  if (!found) {
    return check_row(name, word("open", "Not assessed"), "no such baseline was fitted");
  }
  const auto said = baseline::verdict(found->auroc, limit);
  const std::string shape = said == baseline::Verdict::Open        ? "fail"
                            : said == baseline::Verdict::Undecided ? "inconclusive"
                            : said == baseline::Verdict::Closed    ? "pass"
                                                                   : "open";
  return check_row(name, word(shape, "AUROC " + with_range(found->auroc, 2)), margin);
}

std::string margin_words(const Report& report) {
  const std::string limit = "limit " + digits(report.options.shortcut_limit, 2);
  if (!report.margin || !report.margin->estimable()) {
    return limit;
  }
  const double value = report.margin->value;
  return limit + "; the model is " + with_range(*report.margin, 3) +
         (value >= 0.0 ? " better" : ": worse");
}

std::string field_table(const Report& report) {
  if (!report.options.metadata || report.options.metadata->fields.empty()) {
    return "";
  }
  std::string out =
      "  <h3>What the header gives away</h3>\n  <p class=\"q\">Each field alone, scored on " +
      report.options.unit +
      "s that it was not fitted on. 0.5 is a guess.</p>\n  <div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"Header fields\"><table><thead><tr><th scope=\"col\">Field</th>"
      "<th scope=\"col\">Read as</th><th scope=\"col\" class=\"n\">Values</th><th scope=\"col\" "
      "class=\"n\">Missing</th><th scope=\"col\" class=\"n\">AUROC</th><th scope=\"col\">" +
      percent(report.options.confidence) + "</th></tr></thead><tbody>";
  const auto& fields = report.options.metadata->fields;
  for (std::size_t i = 0; i < std::min<std::size_t>(fields.size(), 12); ++i) {
    const auto& field = fields[i];
    const bool known = field.auroc.estimable();
    out += "<tr>" + row_head(field.name) + cell(escape_html(field.kind), "q") +
           cell(count(field.levels), "n") + cell(count(field.missing), "n") +
           cell(known ? digits(field.auroc.value, 2) : "", "n") +
           cell(known ? range(field.auroc, 2) : "says nothing: one value only", "q") + "</tr>";
  }
  out += "</tbody></table></div>\n";
  if (fields.size() > 12) {
    out += not_assessed("The other " + std::to_string(fields.size() - 12) +
                        " fields reach no more than the last one shown; report.json has them all.");
  }
  return out;
}

std::string part_table(const Report& report) {
  if (report.options.parts.empty()) {
    return not_assessed("Which " + report.options.unit +
                        "s were trained on did not come with the predictions.");
  }
  std::string out =
      "  <figure><figcaption><b>Who is in which part.</b></figcaption><table><thead><tr><th "
      "scope=\"col\">Part</th><th scope=\"col\" class=\"n\">Patients</th><th scope=\"col\" "
      "class=\"n\">" +
      sentence_case(report.options.unit) +
      "s</th><th scope=\"col\" class=\"n\">With the finding</th></tr></thead><tbody>";
  for (const auto& part : report.options.parts) {
    const double share =
        part.films == 0 ? 0.0
                        : static_cast<double>(part.positives) / static_cast<double>(part.films);
    out += "<tr>" + row_head(sentence_case(part.name)) + cell(count(part.patients), "n") +
           cell(count(part.films), "n") +
           cell(count(part.positives) + " <span class=\"q\">" + percent(share) + "</span>", "n") +
           "</tr>";
  }
  return out + "</tbody></table></figure>\n";
}

// Counts are whole, rates have three digits.
std::string gate_number(double number) {
  return digits(number, number == std::floor(number) ? 0 : 3);
}

std::string method(const std::string& name, const std::string& text) {
  return "    <li><b>" + escape_html(name) + "</b> " + escape_html(text) + "</li>\n";
}

}  // namespace

std::string quality_section(const Report& report) {
  std::string out = part_table(report);
  out +=
      "  <figure><figcaption><b>Checks.</b></figcaption><div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"Checks\"><table><thead><tr><th scope=\"col\">Check</th><th "
      "scope=\"col\">Result</th><th scope=\"col\">Beside it</th></tr></thead><tbody>";
  out += leakage_rows(report);
  out += baseline_row("Guessing from metadata alone", report.options.metadata,
                      report.options.shortcut_limit, margin_words(report));
  out += baseline_row("Guessing from grey values alone", report.options.histogram,
                      report.options.shortcut_limit,
                      "limit " + digits(report.options.shortcut_limit, 2));
  out += check_row("Without a reference answer",
                   report.without_label == 0
                       ? word("pass", "None")
                       : count(report.without_label) + " " + report.options.unit + "s",
                   "left out of every number here");
  out += "</tbody></table></div></figure>\n";
  return out + field_table(report);
}

std::string gates_section(const Report& report) {
  if (report.options.gates.empty()) {
    return not_assessed("No conditions were set for this model's use.");
  }
  std::string out =
      "  <div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Conditions\"><table><thead><tr><th scope=\"col\">Condition</th><th "
      "scope=\"col\">State</th><th scope=\"col\" class=\"n\">Value</th><th scope=\"col\" "
      "class=\"n\">Limit</th><th scope=\"col\" class=\"n\">n</th><th scope=\"col\">What it means"
      "</th></tr></thead><tbody>";
  for (const auto& gate : report.options.gates) {
    out += "<tr>" + row_head(gate.name) + cell(word(gate.status, sentence_case(gate.status))) +
           cell(gate_number(gate.value), "n") + cell(gate_number(gate.bound), "n") +
           cell(count(gate.n), "n") + cell(escape_html(gate.sentence), "q") + "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string methods_section(const Report& report) {
  const auto& options = report.options;
  const bool grouped = report.patients < report.films;
  std::string out = "  <ul class=\"methods\">\n";
  for (const auto& [name, text] : options.methods) {
    out += method(name, text);
  }
  out += method("Threshold",
                digits(options.threshold, 4) + (options.threshold_rule.empty()
                                                    ? "; how it was chosen is not stated."
                                                    : ": " + options.threshold_rule + "."));
  out += method("Area under the curve",
                std::string("Mann-Whitney, ties one half; variance after DeLong 1988") +
                    (grouped ? ", clustered by patient after Obuchowski 1997." : "."));
  out += method("Proportions",
                std::string("Wilson 1927, no continuity correction") +
                    (grouped ? "; counts divided by the design effect (Rao and Scott 1992), since "
                               "films of one patient are alike."
                             : "."));
  out += method("Calibration", (options.calibration_method.empty() ? "The method is not stated"
                                                                   : options.calibration_method) +
                                   ". Slope and intercept by logistic regression on the logit; "
                                   "probabilities of 0 and 1, " +
                                   count(report.line.left_out) + " here, have none.");
  out += method("Calibration error",
                "Ten bins of equal size by rank; unweighted within a bin, weighted by count "
                "between bins. The interval has the bootstrap's bias taken off.");
  out += method("Decision curve",
                "Net benefit after Vickers and Elkin 2006; positive at or above the threshold.");
  out += method("Differences between groups",
                "Newcombe 1998 for sensitivity, DeLong for the area; the last column splits the "
                "confidence over all pairs (Bonferroni).");
  out += method("Metadata baseline",
                "Ridge logistic regression on header fields, fitted on other patients than it is "
                "scored on; the margin is a paired DeLong comparison.");
  out += method("Bootstrap",
                count(report.resamples) + " resamples" + (grouped ? " of patients" : "") +
                    " within each class, percentile; seed " + std::to_string(options.seed) +
                    ". The same seed gives the same digits.");
  if (report.undecided) {
    out += method("Undecided",
                  "The interval of the calibrated probability (Venn-Abers) crosses the threshold.");
  }
  out += method("Rounding",
                "Rates to two digits, areas and errors to three, percentages to whole numbers.");
  return out + "  </ul>\n";
}

}  // namespace osler::evaluate::report
