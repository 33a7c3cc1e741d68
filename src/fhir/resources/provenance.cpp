#include <nlohmann/json.hpp>

#include "fhir/resources/codes.h"
#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/internal/words.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

Json agent(std::string_view type, std::string_view words, Json who) {
  return {{"type", concept_of(coding(codes::kParticipant, type, words))}, {"who", std::move(who)}};
}

void put_agents(Json& json, const Finding& facts, const Model& model) {
  Json machine = agent("author", "Author", reference("Device", facts.model_id, model_words(model)));
  push(machine, "role",
       concept_of(coding(codes::kAiDeviceType, "Artificial-Intelligence",
                         "All kinds of Artificial Intelligence")));
  push(json, "agent", std::move(machine));
  if (facts.decision) {
    push(json, "agent", agent("verifier", "Verifier", reader_reference(facts.decision->by)));
  }
}

void put_sources(Json& json, const Finding& facts, const Study& study) {
  Json what = reference("ImagingStudy", facts.study_id);
  if (is_uid(study.study_instance_uid)) {
    what["identifier"] = {{"system", codes::kDicomUid},
                          {"value", "urn:oid:" + study.study_instance_uid}};
  }
  push(json, "entity", {{"role", "source"}, {"what", std::move(what)}});
  if (is_uid(facts.sop_instance_uid)) {
    push(json, "entity",
         {{"role", "source"},
          {"what",
           {{"identifier",
             {{"system", codes::kDicomUid}, {"value", "urn:oid:" + facts.sop_instance_uid}}},
            {"display", "the image that was scored"}}}});
  }
}

}  // namespace

Result<Json> provenance(const Finding& facts, const Study& study, const Model& model) {
  OSLER_TRY_DO(check_id("ImagingStudy", facts.study_id));
  OSLER_TRY_DO(check_id("Device", facts.model_id));
  OSLER_TRY(Json json, resource("Provenance", facts.id, Label::AiAsserted, last_updated(facts)));
  const auto recorded = instant_text(last_updated(facts));
  if (!recorded) {
    return Error(ErrorCode::InvalidArgument, "a finding's time is outside the years 1 to 9999");
  }
  push(json, "target", reference("Observation", facts.id));
  if (!facts.report_id.empty()) {
    OSLER_TRY_DO(check_id("DiagnosticReport", facts.report_id));
    push(json, "target", reference("DiagnosticReport", facts.report_id));
  }
  put_instant(json, "occurredDateTime", facts.scored_at);
  json["recorded"] = *recorded;
  push(json, "policy", codes::kPreliminaryPolicy);
  push(json, "reason",
       concept_of(coding(codes::kObservationValue, "AIAST", "Artificial Intelligence asserted")));
  put_agents(json, facts, model);
  put_sources(json, facts, study);

  Narrative text;
  text.heading("How a finding was made");
  text.row("Author", model_words(model));
  if (facts.decision) {
    text.row("Verifier", reader_words(facts.decision->by));
  } else {
    text.line("No physician has answered.");
  }
  text.row("Recorded", *recorded);
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
