#include "base/text.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/sections.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

// Shapes for words: each state has its own, so that colour is never alone.
constexpr const char* kShapes =
    "<svg class=\"vh\" aria-hidden=\"true\">"
    "<symbol id=\"i-pass\" viewBox=\"0 0 12 12\"><path d=\"M1.5 6.5l3 3 6-7\"/></symbol>"
    "<symbol id=\"i-fail\" viewBox=\"0 0 12 12\"><path d=\"M6 0l6 6-6 6-6-6z\"/></symbol>"
    "<symbol id=\"i-inconclusive\" viewBox=\"0 0 12 12\"><path d=\"M6 .8L12 11.2H0z\"/></symbol>"
    "<symbol id=\"i-open\" viewBox=\"0 0 12 12\"><path d=\"M2 6h8\"/></symbol></svg>\n";

std::string title_of(const Report& report) {
  if (!report.options.title.empty()) {
    return report.options.title;
  }
  return sentence_case(report.options.finding) + ": accuracy on " +
         counted(static_cast<std::int64_t>(report.films), report.options.unit);
}

std::string head(const std::string& title) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src data:\">\n<title>" +
         escape_html(title) + " · osler</title>\n<style>" + style_sheet() +
         "</style>\n</head>\n<body>\n" + kShapes +
         "<header class=\"bar\"><b>osler</b><span class=\"qq\">evaluation report, one file, no "
         "network needed</span></header>\n<main>\n";
}

std::string opening(const Report& report, const std::string& title) {
  const auto& options = report.options;
  std::string out = "  <h1>" + escape_html(title) + "</h1>\n  <p class=\"sub\">A test on " +
                    count(report.films) + " " + options.unit + "s of " + count(report.patients) +
                    " patients in the part \u201c" + escape_html(options.split) + "\u201d, " +
                    count(report.positives) + " with the finding.</p>\n";
  if (!options.facts.empty()) {
    out += "  <dl class=\"meta\">";
    for (const auto& [name, value] : options.facts) {
      out += "<div><dt>" + escape_html(name) + "</dt><dd>" + escape_html(value) + "</dd></div>";
    }
    out += "</dl>\n";
  }
  return out;
}

std::string footer(const Report& report) {
  std::string out =
      "  <footer>Decision support, not a cleared medical device. A score is no diagnosis: a "
      "person decides.";
  if (!report.options.command.empty()) {
    out += " Every number can be made again with <span class=\"mono\">" +
           escape_html(report.options.command) + "</span>.";
  }
  return out + "</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace

std::string to_html(const Report& report) {
  const std::string title = title_of(report);
  const std::pair<const char*, std::string> sections[] = {
      {"In plain sentences", plain_sentences(report)},
      {"The numbers", numbers_section(report)},
      {"Curves", curves_section(report)},
      {"By group", groups_section(report)},
      {"Failures worth looking at", failures_section(report)},
      {"Data quality and shortcuts", quality_section(report)},
      {"Conditions for its use", gates_section(report)},
      {"Methods", methods_section(report)}};
  std::string out = head(title) + opening(report, title);
  int number = 0;
  for (const auto& [name, body] : sections) {
    out += "\n  <h2><span class=\"no\">" + std::to_string(++number) + "</span>" + name + "</h2>\n" +
           body;
  }
  return out + "\n" + footer(report);
}

}  // namespace osler::evaluate::report
