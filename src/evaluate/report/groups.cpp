// Sections 4 and 5: by group, and the failures.

#include <algorithm>

#include "base/text.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/sections.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

std::string group_row(const Report& report, const fairness::Subgroup& group, bool first,
                      double low) {
  const std::string name = sentence_case(fairness::group_name(group.column, group.value));
  const std::string row = forest_row(group.sensitivity, low, report.metrics.sensitivity.value,
                                     report.options.sensitivity_floor,
                                     name + ", sensitivity " + with_range(group.sensitivity, 2));
  const bool known = group.sensitivity.estimable();
  const bool area_known = group.auroc.estimable();
  return "<tr" + std::string(first ? " class=\"new\"" : "") + "><th scope=\"row\" class=\"name\">" +
         escape_html(name) + "</th>" + cell(count(group.n), "n q") +
         cell(count(group.positives), "n q") + "<td>" + row + "</td>" +
         cell(known ? digits(group.sensitivity.value, 2) : "", "n") +
         cell(known ? range(group.sensitivity, 2) : "", "q") +
         cell(area_known ? digits(group.auroc.value, 2) : "", "n") +
         cell(area_known ? range(group.auroc, 2) : "", "q") + "</tr>";
}

std::string forest(const Report& report) {
  const double low = forest_low(report);
  const std::string units = sentence_case(report.options.unit) + "s";
  const std::string confidence = percent(report.options.confidence);
  std::string out =
      "  <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Sensitivity by "
      "group\"><table class=\"forest\"><thead><tr><th scope=\"col\">Group</th><th scope=\"col\" "
      "class=\"n\">" +
      units + "</th><th scope=\"col\" class=\"n\">With</th><td>" + forest_axis(low) +
      "</td><th scope=\"col\" class=\"n\">Sens.</th><th scope=\"col\">" + confidence +
      "</th><th scope=\"col\" class=\"n\">AUROC</th><th scope=\"col\">" + confidence +
      "</th></tr></thead><tbody>";
  fairness::Subgroup all{.column = "", .value = "All", .n = report.films};
  all.positives = report.positives;
  all.sensitivity = report.metrics.sensitivity;
  all.auroc = report.metrics.auroc;
  out += "<tr><th scope=\"row\"><b>All</b></th>" + cell(count(all.n), "n q") +
         cell(count(all.positives), "n q") + "<td>" +
         forest_row(all.sensitivity, low, all.sensitivity.value, report.options.sensitivity_floor,
                    "All") +
         "</td>" + cell(digits(all.sensitivity.value, 2), "n") +
         cell(range(all.sensitivity, 2), "q") + cell(digits(all.auroc.value, 2), "n") +
         cell(range(all.auroc, 2), "q") + "</tr>";
  std::string column;
  for (const auto& group : report.subgroups.groups) {
    out += group_row(report, group, group.column != column, low);
    column = group.column;
  }
  return out + "</tbody></table></div>\n";
}

std::string measure_name(fairness::Measure measure) {
  return measure == fairness::Measure::Auroc ? "AUROC" : std::string(fairness::to_string(measure));
}

std::string gap_table(const Report& report) {
  const auto& gaps = report.subgroups.gaps;
  if (gaps.empty()) {
    return "";
  }
  std::string out =
      "  <h3>Largest differences</h3>\n  <div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Largest differences\"><table><thead><tr><th scope=\"col\">Between</th><th "
      "scope=\"col\">Measure</th><th scope=\"col\" class=\"n\">Difference</th><th "
      "scope=\"col\">" +
      percent(report.options.confidence) +
      "</th><th scope=\"col\">Allowing for the choice among pairs</th></tr></thead><tbody>";
  for (const auto& gap : gaps) {
    const bool shown = gap.adjusted.has_interval() && gap.adjusted.lower > 0.0;
    const std::string between = fairness::group_name(gap.column, gap.best) + " over " +
                                fairness::group_name(gap.column, gap.worst);
    out += "<tr>" + row_head(sentence_case(between)) + cell(measure_name(gap.measure), "q") +
           cell("<b>" + digits(gap.difference.value, 2) + "</b>", "n") +
           cell(range(gap.difference, 2), "nw") +
           cell(range(gap.adjusted, 2) + (shown                         ? ": a difference"
                                          : gap.adjusted.has_interval() ? ": may be chance"
                                                                        : ""),
                "q") +
           "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string reading_words(const std::pair<double, bool>& reading) {
  return percent(reading.first) +
         (reading.second ? ". Finding present, missed" : ". Marked, label absent");
}

}  // namespace

std::string groups_section(const Report& report) {
  if (report.subgroups.groups.empty()) {
    return not_assessed("Not assessed: the predictions carry no column that parts the " +
                        report.options.unit +
                        "s into groups, such as sex, age band, site, maker or view.");
  }
  std::string note = "Sensitivity at threshold " + digits(report.options.threshold, 2) + ". ";
  if (report.options.sensitivity_floor) {
    note += "Dashed line: floor of " + digits(*report.options.sensitivity_floor, 2) + ". ";
  }
  note += "Thin line: all " + report.options.unit +
          "s. Intervals are not corrected for the number of groups. Fewer than " +
          std::to_string(report.options.subgroups.minimum) + " " + report.options.unit +
          "s with the finding are too few to say.";
  std::string out = "  <p>" + note + "</p>\n" + forest(report) + gap_table(report);
  for (const auto& omitted : report.subgroups.omitted) {
    out += not_assessed("Left out, the smallest: " + omitted + ".");
  }
  return out;
}

std::string failures_section(const Report& report) {
  if (report.worst.empty()) {
    return not_assessed(report.wrong == 0 ? "No " + report.options.unit +
                                                " was on the wrong side of the threshold."
                                          : "Not shown.");
  }
  std::string out =
      "  <p>Of " +
      counted(static_cast<std::int64_t>(report.wrong), "wrong " + report.options.unit) +
      ", the lowest scores with the finding and the highest without.</p>\n";
  const bool pictures =
      std::ranges::any_of(report.worst, [](const WorstCase& one) { return !one.image.empty(); });
  if (pictures) {
    out += "  <div class=\"fail\">";
    for (std::size_t i = 0; i < report.worst.size(); ++i) {
      const auto& one = report.worst[i];
      const std::string words = reading_words(report.worst_readings[i]);
      out += "<figure>";
      if (one.image.starts_with("data:image/")) {
        out += "<img src=\"" + escape_html(one.image) + "\" alt=\"" +
               sentence_case(report.options.unit) + ", scored " + words + "\">";
      }
      out += "<figcaption><b>" + words + "</b><br><span class=\"q\">" +
             escape_html(one.note.empty() ? one.id : one.note) + "</span></figcaption></figure>";
    }
    return out + "</div>\n";
  }
  out += "  <table><thead><tr><th scope=\"col\">" + sentence_case(report.options.unit) +
         "</th><th scope=\"col\">Score and reference</th><th scope=\"col\">Note</th></tr></thead>"
         "<tbody>";
  for (std::size_t i = 0; i < report.worst.size(); ++i) {
    const auto& one = report.worst[i];
    out += "<tr><th scope=\"row\" class=\"mono\">" + escape_html(one.id) + "</th>" +
           cell(reading_words(report.worst_readings[i])) + cell(escape_html(one.note), "q") +
           "</tr>";
  }
  return out + "</tbody></table>\n";
}

}  // namespace osler::evaluate::report
