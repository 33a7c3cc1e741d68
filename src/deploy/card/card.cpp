#include "deploy/card/card.h"

#include <string_view>

#include "base/text.h"

namespace osler::deploy::card {
namespace {

constexpr std::string_view kOpen = "Not assessed.\n";

// Texts come from study files: they must not open headings, tables or HTML of their own.
std::string plain(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      safe += ' ';
    } else if (c == '|' || c == '<' || c == '>' || c == '`' || c == '*' || c == '\\') {
      safe += '\\';
      safe += c;
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string whole(std::size_t number) {
  return with_thousands(static_cast<std::int64_t>(number));
}

std::string list(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) {
    text += "- " + plain(item) + "\n";
  }
  return items.empty() ? std::string(kOpen) : text;
}

std::string number(const gates::Estimate& estimate) {
  return fixed(estimate.value, 3) + " | " + fixed(estimate.lower, 3) + " to " +
         fixed(estimate.upper, 3) + " | " + whole(estimate.n);
}

std::string metrics(const std::vector<Metric>& found) {
  if (found.empty()) {
    return std::string(kOpen);
  }
  std::string text = "| Metric | Value | 95 % interval | n |\n|---|---|---|---|\n";
  for (const auto& metric : found) {
    text += "| " + plain(metric.name) + " | " + number(metric.estimate) + " |\n";
  }
  return text;
}

std::string subgroups(const std::vector<SubgroupRow>& rows) {
  if (rows.empty()) {
    return std::string(kOpen);
  }
  std::string text =
      "| Group | Films | With the finding | Metric | Value | 95 % interval | n |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const auto& row : rows) {
    for (const auto& metric : row.metrics) {
      text += "| " + plain(row.attribute) + ": " + plain(row.group) + " | " + whole(row.films) +
              " | " + whole(row.positive) + " | " + plain(metric.name) + " | " +
              number(metric.estimate) + " |\n";
    }
  }
  return text;
}

std::string gate_table(const Evidence& evidence) {
  if (evidence.gates.empty()) {
    return "The study asked for no gates.\n";
  }
  std::string text = "| Gate | Outcome | What was found |\n|---|---|---|\n";
  for (const auto& gate : evidence.gates) {
    text += "| " + plain(gate.name) + " | " + std::string(gates::to_string(gate.status)) + " | " +
            plain(gate.sentence) + " |\n";
  }
  for (const auto& sign_off : evidence.sign_offs) {
    text += "\nSigned off by " + plain(sign_off.person) + ": " + plain(sign_off.reason) + "\n";
  }
  return text;
}

std::string section(std::string_view title, const std::string& body) {
  return "\n## " + std::string(title) + "\n\n" + body;
}

std::string subsection(std::string_view title, const std::string& body) {
  return "\n### " + std::string(title) + "\n\n" + body;
}

std::string paragraph(const std::string& text) {
  return text.empty() ? std::string(kOpen) : plain(text) + "\n";
}

std::string about_data(const Evidence& evidence) {
  return paragraph(evidence.data) + "\n" + whole(evidence.training_films) +
         " films for training, " + whole(evidence.validation_films) +
         " for validation (calibration, operating point, novelty), " + whole(evidence.test_films) +
         " for the test below, " + whole(evidence.test_positive) + " of them with the finding.\n";
}

}  // namespace

std::string markdown(const Evidence& evidence) {
  std::string text = "# " + plain(evidence.model) + ", version " +
                     std::to_string(evidence.version) + "\n\nFinds: " + plain(evidence.finding) +
                     ". Decision support for qualified readers; not a cleared medical device.\n";
  text += section("Intended use", paragraph(evidence.purpose));
  text += subsection("Only for", list(evidence.use_limits));
  text += subsection("Not for", list(evidence.do_not_use));
  text += section("Warnings", list(evidence.known_limits));
  text += subsection("What was not assessed", list(evidence.not_assessed));
  text += section("How it was made", paragraph(evidence.network));
  text += subsection("Data", about_data(evidence));
  text += section("Performance on the test films", metrics(evidence.metrics));
  text += "\nOperating point: a calibrated probability of " + fixed(evidence.threshold, 3) +
          " and above is called positive.\n";
  text += subsection("Against metadata alone", paragraph(evidence.metadata_baseline));
  text += subsection("By subgroup", subgroups(evidence.subgroups));
  text += section("Gates", gate_table(evidence));
  text += section("Licences of weights and data", list(evidence.licences));
  return text;
}

}  // namespace osler::deploy::card
