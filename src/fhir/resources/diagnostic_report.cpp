#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "fhir/resources/codes.h"
#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/internal/words.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

// "A", "B", … as the cards on the screens; beyond Z, numbers.
std::string letter_of(std::size_t place) {
  return place < 26 ? std::string(1, static_cast<char>('A' + place)) : std::to_string(place + 1);
}

std::string status_words(const Report& facts) {
  if (facts.status == ReportStatus::Preliminary || !facts.acknowledged_by) {
    return "Preliminary: no physician has acted on it.";
  }
  std::string words = facts.status == ReportStatus::Final
                          ? "Final: acknowledged by "
                          : "Amended after it was final: acknowledged by ";
  return words + reader_words(*facts.acknowledged_by) + ".";
}

std::string finding_line(const ReportedFinding& reported, std::size_t place) {
  const auto& [finding, model] = reported;
  std::string line = letter_of(place) + ". " + title_of(model) + ": " + standing_words(finding) +
                     ". " + join(sentences(finding, model), " ");
  if (finding.decision) {
    line += " Answer of " + reader_words(finding.decision->by) + ": " +
            answer_words(finding.decision->answer) + ".";
  }
  return line;
}

std::vector<std::string> conclusion_lines(const Report& facts) {
  std::vector<std::string> lines{status_words(facts)};
  for (std::size_t i = 0; i < facts.findings.size(); ++i) {
    lines.push_back(finding_line(facts.findings[i], i));
  }
  if (facts.findings.empty()) {
    lines.emplace_back("No model was asked about this study.");
  }
  return lines;
}

void put_code(Json& json, const Study& study) {
  const auto& procedure = study.procedure;
  Json code = coding(procedure.system, procedure.code, procedure.display);
  if (code.empty()) {
    code = coding(codes::kLoinc, "18748-4", "Diagnostic imaging study");
  }
  const std::string description = clean_text(study.description);
  json["code"] =
      concept_of(std::move(code), "AI findings" + (description.empty() ? "" : ": " + description));
}

// A code of the conclusion is a physician's: what was confirmed or answered as present.
void put_conclusion_codes(Json& json, const Report& facts) {
  std::set<std::string> seen;
  for (const auto& [finding, model] : facts.findings) {
    const auto& code = model.finding_code;
    Json coded = coding(code.system, code.code, code.display);
    if (answered_present(finding) == true && coded.contains("system") &&
        seen.insert(coded["system"].get<std::string>() + "|" + coded["code"].get<std::string>())
            .second) {
      push(json, "conclusionCode", concept_of(std::move(coded)));
    }
  }
}

void put_results(Json& json, const Report& facts) {
  for (const auto& [finding, model] : facts.findings) {
    push(json, "result",
         reference("Observation", finding.id, title_of(model) + ": " + standing_words(finding)));
  }
}

Result<void> check(const Report& facts) {
  if (facts.status != ReportStatus::Preliminary && !facts.acknowledged_by) {
    return Error(ErrorCode::InvalidArgument,
                 "a report is final or amended, but nobody acknowledged it");
  }
  OSLER_TRY_DO(check_id("Patient", facts.patient_id));
  OSLER_TRY_DO(check_id("ImagingStudy", facts.study_id));
  for (const auto& reported : facts.findings) {
    OSLER_TRY_DO(check_id("Observation", reported.finding.id));
  }
  return {};
}

}  // namespace

Result<Json> diagnostic_report(const Report& facts, const Study& study) {
  OSLER_TRY_DO(check(facts));
  Instant updated = facts.acknowledged_at.value_or(facts.issued);
  for (const auto& reported : facts.findings) {
    updated = std::max(updated, last_updated(reported.finding));
  }
  OSLER_TRY(Json json, resource("DiagnosticReport", facts.id, Label::AiAsserted, updated));
  push(json, "identifier", accession_identifier(study.accession));
  json["status"] = to_string(facts.status);
  push(json, "category", concept_of(coding(codes::kDiagnosticService, "RAD", "Radiology")));
  put_code(json, study);
  json["subject"] = reference("Patient", facts.patient_id);
  if (const auto started = dicom_date_time(study.date, study.time, study.utc_offset)) {
    json["effectiveDateTime"] = *started;
  }
  put_instant(json, "issued", facts.issued);
  if (facts.status != ReportStatus::Preliminary && facts.acknowledged_by) {
    push(json, "resultsInterpreter", reader_reference(*facts.acknowledged_by));
  }
  put_results(json, facts);
  push(json, "imagingStudy", reference("ImagingStudy", facts.study_id));
  const auto lines = conclusion_lines(facts);
  put_text(json, "conclusion", join(lines, "\n"));
  put_conclusion_codes(json, facts);

  Narrative text;
  text.heading("AI findings");
  for (const auto& line : lines) {
    text.line(line);
  }
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
