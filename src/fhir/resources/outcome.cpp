#include "fhir/resources/outcome.h"

#include <array>

#include <nlohmann/json.hpp>

#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"

namespace osler::fhir::resources {
namespace {

constexpr std::array<std::string_view, 3> kSeverities{"error", "warning", "information"};

Json issue_json(const Issue& issue) {
  Json json{{"severity", kSeverities.at(static_cast<std::size_t>(issue.severity))},
            {"code", issue.code.empty() ? "processing" : issue.code}};
  if (Json details = text_concept(issue.text); !details.empty()) {
    json["details"] = std::move(details);
  }
  put_text(json, "diagnostics", issue.diagnostics);
  return json;
}

}  // namespace

Json operation_outcome(std::span<const Issue> issues) {
  Json json{{"resourceType", "OperationOutcome"}, {"language", "en"}};
  Narrative text;
  for (const Issue& issue : issues) {
    push(json, "issue", issue_json(issue));
    text.heading(issue.text);
    text.line(issue.diagnostics);
  }
  if (issues.empty()) {
    push(json, "issue",
         issue_json({.severity = Severity::Information, .code = "informational", .text = "Done."}));
    text.heading("Done.");
  }
  text.into(json);
  return json;
}

Json operation_outcome(const Error& error) {
  std::string diagnostics = error.where;
  if (!error.advice.empty()) {
    diagnostics += (diagnostics.empty() ? "" : ": ") + error.advice;
  }
  const Issue issue{
      .code = std::string(fhir_issue_type(error.code)),
      .text = error.message.empty() ? std::string(to_string(error.code)) : error.message,
      .diagnostics = diagnostics};
  return operation_outcome(std::span(&issue, 1));
}

}  // namespace osler::fhir::resources
