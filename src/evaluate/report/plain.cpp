// The first thing that is read: what the numbers mean, in sentences.

#include <cmath>

#include "base/text.h"
#include "evaluate/metrics/proportion.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/sections.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

// Of fewer in the top bin, nothing is said about percentages.
constexpr std::size_t kFewest = 10;

std::string item(const std::string& html) {
  return "    <li>" + html + "</li>\n";
}
std::string bold(const std::string& html) {
  return "<b>" + html + "</b>";
}

std::string brackets(const Estimate& share) {
  const std::string range = range_of_hundred(share);
  return range.empty() ? "" : " (" + range + ")";
}

std::string detection(const Report& report) {
  const auto& metrics = report.metrics;
  const std::string units = report.options.unit + "s";
  std::string out;
  if (metrics.sensitivity.estimable()) {
    const Estimate missed = complement(metrics.sensitivity);
    out += item("Of 100 " + units + " " + bold("with") + " " + escape_html(report.options.finding) +
                " the model marks " + bold(of_hundred(metrics.sensitivity.value)) + " and misses " +
                bold(std::to_string(100 - std::lround(100.0 * metrics.sensitivity.value))) +
                brackets(missed) + ".");
  } else {
    out += item("How many it finds is not estimable: no " + report.options.unit +
                " with the finding was tested.");
  }
  if (metrics.specificity.estimable()) {
    const Estimate marked = complement(metrics.specificity);
    out += item("Of 100 " + units + " " + bold("without") + " it, the model marks " +
                bold(of_hundred(marked.value)) + " all the same" + brackets(marked) + ".");
  } else {
    out += item("How many it marks wrongly is not estimable: no " + report.options.unit +
                " without the finding was tested.");
  }
  return out;
}

std::string prediction(const Report& report) {
  const auto& metrics = report.metrics;
  if (!metrics.ppv.estimable() || !metrics.npv.estimable()) {
    return item(metrics.ppv.estimable() ? "It marks every " + report.options.unit + "."
                                        : "It marks no " + report.options.unit + " at all.");
  }
  const Estimate had = complement(metrics.npv);
  return item("When it marks a " + report.options.unit + ", " +
              bold(of_hundred(metrics.ppv.value) + " of 100") + " have it" + brackets(metrics.ppv) +
              "; when it does not, " + bold(of_hundred(had.value) + " of 100") + " do" +
              brackets(had) + ". That holds where as many have it as here: " +
              percent(static_cast<double>(report.positives) / static_cast<double>(report.films)) +
              ".");
}

// The bin that is furthest from what was said there: of those whose interval misses it, or, where
// none does, of all. One of many bins misses by chance, so the intervals are as much wider
// (Bonferroni).
struct Furthest {
  const calibration::ReliabilityBin* bin = nullptr;
  bool misses = false;
};
Furthest furthest_bin(const Report& report) {
  Furthest found;
  double distance = -1.0;
  const auto& bins = report.reliability.bins;
  const double confidence = 1.0 - 0.05 / static_cast<double>(bins.size());
  for (const auto& bin : bins) {
    const auto seen = metrics::proportion(bin.positives, bin.count, {.confidence = confidence});
    const bool misses = bin.mean_probability < seen.lower || bin.mean_probability > seen.upper;
    const double away = std::abs(seen.value - bin.mean_probability);
    if ((misses && !found.misses) || (misses == found.misses && away > distance)) {
      found = {.bin = &bin, .misses = misses};
      distance = away;
    }
  }
  return found;
}

std::string calibration_words(const Report& report) {
  const auto& bins = report.reliability.bins;
  if (bins.size() < 2 || bins.back().count < kFewest || !report.metrics.ece.estimable()) {
    return item("Whether its percentages can be taken at their word was not assessed: too few " +
                report.options.unit + "s.");
  }
  const Furthest furthest = furthest_bin(report);
  const bool small = report.metrics.ece.value <= 0.05;
  const std::string verdict =
      furthest.misses ? "Its percentages are " + bold("not") + " to be taken at their word"
      : small
          ? "Its percentages can be taken at their word"
          : "Its percentages are rough, within what so few " + report.options.unit + "s can tell";
  const auto& shown = furthest.misses || !small ? *furthest.bin : bins.back();
  const auto seen = metrics::proportion(shown.positives, shown.count);
  return item(verdict + ": of " + report.options.unit + "s scored about " +
              percent(shown.mean_probability) + ", " + bold(of_hundred(seen.value) + " of 100") +
              " had the finding" + brackets(seen) + ".");
}

std::string weakest_group(const Report& report) {
  if (report.subgroups.groups.empty()) {
    return item("Whether it is weaker in some group of patients was not assessed: no such column.");
  }
  const fairness::Gap* shown = nullptr;
  for (const auto& gap : report.subgroups.gaps) {
    if (gap.measure == fairness::Measure::Sensitivity && gap.adjusted.has_interval() &&
        gap.adjusted.lower > 0.0 &&
        (shown == nullptr || gap.difference.value > shown->difference.value)) {
      shown = &gap;
    }
  }
  if (shown == nullptr) {
    const auto* largest = report.subgroups.largest(fairness::Measure::Sensitivity);
    if (largest == nullptr) {
      return item(
          "Whether it is weaker in some group of patients cannot be said: too few in each.");
    }
    return item("No group of patients was shown to be worse off. The largest difference, " +
                escape_html(fairness::group_name(largest->column, largest->best)) + " over " +
                escape_html(fairness::group_name(largest->column, largest->worst)) +
                ", may be chance.");
  }
  for (const auto& group : report.subgroups.groups) {
    if (group.column == shown->column && group.value == shown->worst) {
      const Estimate missed = complement(group.sensitivity);
      return item("It is weaker for " +
                  bold(escape_html(fairness::group_name(group.column, group.value))) +
                  ": there it misses " + bold(of_hundred(missed.value) + " of 100") +
                  brackets(missed) + ".");
    }
  }
  return "";
}

std::string undecided(const Report& report) {
  if (!report.undecided) {
    return "";
  }
  const double share = static_cast<double>(report.undecided->n) / static_cast<double>(report.films);
  if (report.undecided->n == 0) {
    return item("The score decided on every " + report.options.unit + " of this test.");
  }
  return item("On " + bold(of_hundred(share) + " of 100") + " " + report.options.unit +
              "s the score does not decide. Those must be read as if there were no AI.");
}

std::string shortcuts(const Report& report) {
  if (!report.options.metadata) {
    return "";
  }
  return item(
      escape_html(baseline::sentence(*report.options.metadata, report.options.shortcut_limit)));
}

std::string gates(const Report& report) {
  std::size_t failed = 0;
  std::size_t open = 0;
  for (const auto& gate : report.options.gates) {
    failed += gate.status == "fail" ? 1U : 0U;
    open += gate.status == "inconclusive" ? 1U : 0U;
  }
  if (report.options.gates.empty()) {
    return "";
  }
  const std::size_t all = report.options.gates.size();
  if (failed + open == 0) {
    return item("All " + std::to_string(all) + " conditions that were set for its use are met.");
  }
  std::string text;
  if (failed > 0) {
    text = std::to_string(failed) + " of " + std::to_string(all) +
           " conditions that were set for its use " + (failed == 1 ? "is" : "are") + " not met";
  }
  if (open > 0) {
    text += failed > 0 ? ", and " + std::to_string(open) + " cannot be told"
                       : std::to_string(open) + " of " + std::to_string(all) +
                             " conditions that were set for its use cannot be told";
  }
  return item(bold(text) + ": see section 7.");
}

}  // namespace

std::string not_assessed(const std::string& text) {
  return "  <p class=\"q\">" + escape_html(text) + "</p>\n";
}

std::string plain_sentences(const Report& report) {
  std::string out = "  <ul class=\"plain\">\n";
  out += detection(report) + prediction(report) + calibration_words(report) +
         weakest_group(report) + undecided(report) + shortcuts(report) + gates(report);
  if (!report.options.intended_use.empty()) {
    out += item("Meant for: " + escape_html(report.options.intended_use));
  }
  out += item(report.options.not_tested.empty() ? "It was tested on stored " + report.options.unit +
                                                      "s only, and not for its effect on care."
                                                : escape_html(report.options.not_tested));
  out += "  </ul>\n";
  const std::string picture = thousand_films(report);
  if (!picture.empty()) {
    const double prevalence =
        static_cast<double>(report.positives) / static_cast<double>(report.films);
    out += "  <figure><figcaption><b>Of 1,000 " + report.options.unit +
           "s like these.</b> The bars are drawn to one scale; " + of_hundred(prevalence) +
           " of 100 " + report.options.unit + "s had the finding.</figcaption>" + picture +
           "</figure>\n";
  }
  return out;
}

}  // namespace osler::evaluate::report
