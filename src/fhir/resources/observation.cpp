#include <algorithm>

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

bool is_share(double number) {
  return number >= 0.0 && number <= 1.0;  // false for NaN
}

Result<void> check(const Finding& facts) {
  if (facts.score.has_value() != has_score(facts.state)) {
    return Error(ErrorCode::InvalidArgument,
                 "a finding has a score where its state says it has none, or the reverse");
  }
  if (facts.score) {
    const auto& score = *facts.score;
    if (!is_share(score.lower) || !is_share(score.probability) || !is_share(score.upper) ||
        !is_share(score.threshold) || score.lower > score.probability ||
        score.probability > score.upper || score.similar_positive > score.similar_n) {
      return Error(ErrorCode::InvalidArgument,
                   "a finding's probability, interval, threshold or frequency is out of range");
    }
  }
  return {};
}

struct ResultCode {
  std::string_view code;
  std::string_view interpretation;
  std::string_view display;  // of the interpretation
};

// POS and NEG are "based on the established threshold"; the definition of NEG adds that it does not
// imply complete absence. IND is neither.
ResultCode result_code(FindingState state) {
  switch (state) {
    case FindingState::Above:
      return {"above-threshold", "POS", "Positive"};
    case FindingState::Below:
      return {"below-threshold", "NEG", "Negative"};
    default:
      return {"undecided", "IND", "Indeterminate"};
  }
}

std::string_view absent_reason(FindingState state) {
  switch (state) {
    case FindingState::Failed:
      return "error";
    case FindingState::Queued:
      return "temp-unknown";
    default:
      return "not-performed";
  }
}

Json absence(const Finding& facts, const Model& model) {
  return concept_of(coding(codes::kAbsentReason, absent_reason(facts.state)),
                    sentences(facts, model).front());
}

Json score_result(const Finding& facts, const Model& model) {
  return concept_of(
      coding(codes::kResult, result_code(facts.state).code, result_words(facts.state)),
      sentences(facts, model).front());
}

// The value is what holds now: the physician's answer where it says something else than the score,
// or where there is no score; else the score's result, with its own words.
void put_value(Json& json, const Finding& facts, const Model& model) {
  const auto said = answered_present(facts);
  const bool agrees = (facts.state == FindingState::Above && said == true) ||
                      (facts.state == FindingState::Below && said == false);
  if (said && !agrees) {
    const std::string words = *said ? "present" : "absent";
    json["valueCodeableConcept"] =
        concept_of(coding(codes::kResult, words, words), "Physician: " + words + ".");
    push(json, "interpretation",
         concept_of(*said ? coding(codes::kInterpretation, "POS", "Positive")
                          : coding(codes::kInterpretation, "NEG", "Negative")));
    return;
  }
  if (!has_score(facts.state)) {
    json["dataAbsentReason"] = absence(facts, model);
    return;
  }
  json["valueCodeableConcept"] = score_result(facts, model);
  const auto code = result_code(facts.state);
  push(json, "interpretation",
       concept_of(coding(codes::kInterpretation, code.interpretation, code.display)));
}

void put_component(Json& json, std::string_view code, std::string_view words, const char* key,
                   Json value) {
  if (!value.empty()) {
    push(json, "component",
         {{"code", concept_of(coding(codes::kComponent, code, words))}, {key, std::move(value)}});
  }
}

void put_score(Json& json, const clinical::Reading& score) {
  put_component(json, "probability", "Calibrated probability", "valueQuantity",
                ratio_quantity(score.probability));
  put_component(json, "interval", "Interval around the probability", "valueRange",
                {{"low", ratio_quantity(score.lower)}, {"high", ratio_quantity(score.upper)}});
  put_component(json, "threshold", "Threshold of the probability", "valueQuantity",
                ratio_quantity(score.threshold));
  const auto tier = clinical::to_string(score.tier);
  put_component(json, "tier", "Tier", "valueCodeableConcept",
                concept_of(coding(codes::kTier, tier, tier)));
  if (score.similar_n > 0) {
    put_component(json, "frequency", "Films scored like this that had the finding", "valueRatio",
                  {{"numerator", {{"value", score.similar_positive}}},
                   {"denominator", {{"value", score.similar_n}}}});
  }
}

void put_components(Json& json, const Finding& facts, const Model& model) {
  if (facts.score) {
    put_component(json, "score-result", "Result of the score", "valueCodeableConcept",
                  score_result(facts, model));
    put_score(json, *facts.score);
  } else if (!json.contains("dataAbsentReason")) {
    put_component(json, "score-result", "Result of the score", "dataAbsentReason",
                  absence(facts, model));
  }
  if (is_uid(facts.sop_instance_uid)) {
    put_component(json, "source-image", "Image that was scored", "valueString",
                  "urn:oid:" + facts.sop_instance_uid);
  }
  if (!facts.decision) {
    return;
  }
  const Decision& decision = *facts.decision;
  std::string code(to_string(decision.answer));
  std::ranges::replace(code, '_', '-');
  put_component(json, "answer", "Answer of the physician", "valueCodeableConcept",
                concept_of(coding(codes::kAnswer, code, answer_words(decision.answer))));
  const std::string_view system =
      decision.reason.system.empty() ? codes::kAnswerReason : decision.reason.system;
  put_component(json, "answer-reason", "Reason of the answer", "valueCodeableConcept",
                concept_of(coding(system, decision.reason.code, decision.reason.display),
                           decision.reason.display));
}

void put_notes(Json& json, const Finding& facts, const Model& model) {
  std::string said = join(sentences(facts, model), " ");
  push(json, "note", {{"authorString", model_words(model)}, {"text", clean_text(said)}});
  if (facts.decision) {
    if (const auto note = clean_text(facts.decision->note); !note.empty()) {
      Json json_note{{"authorReference", reader_reference(facts.decision->by)}, {"text", note}};
      put_instant(json_note, "time", facts.decision->at);
      push(json, "note", std::move(json_note));
    }
  }
}

void put_code(Json& json, const Model& model) {
  Json code =
      concept_of(coding(codes::kFinding, finding_code(model), title_of(model)), title_of(model));
  const auto& standard = model.finding_code;
  push(code, "coding", coding(standard.system, standard.code, standard.display));
  json["code"] = std::move(code);
}

void put_narrative(Json& json, const Finding& facts, const Model& model) {
  Narrative text;
  text.heading(title_of(model) + ": " + standing_words(facts));
  text.row("Score", has_score(facts.state) ? result_words(facts.state) : "");
  for (const auto& sentence : sentences(facts, model)) {
    text.line(sentence);
  }
  if (facts.decision) {
    text.row("Answer", answer_words(facts.decision->answer));
    text.row("Reason", facts.decision->reason.display);
    text.row("Note", facts.decision->note);
    text.row("By", reader_words(facts.decision->by));
  } else {
    text.line("Preliminary: no physician has answered.");
  }
  text.row("Model", model_words(model));
  text.into(json);
}

}  // namespace

std::string finding_code(const Model& model) {
  std::string code = lower(clean_code(model.finding));
  std::ranges::replace(code, ' ', '-');
  return code.empty() ? "unnamed" : code;
}

std::optional<bool> answered_present(const Finding& facts) {
  if (!facts.decision) {
    return std::nullopt;
  }
  const bool decided = facts.state == FindingState::Above || facts.state == FindingState::Below;
  switch (facts.decision->answer) {
    case Answer::Present:
      return true;
    case Answer::Absent:
      return false;
    case Answer::Agree:
      return decided ? std::optional(facts.state == FindingState::Above) : std::nullopt;
    case Answer::Disagree:
      return decided ? std::optional(facts.state == FindingState::Below) : std::nullopt;
    case Answer::CannotSay:
      break;
  }
  return std::nullopt;
}

std::optional<bool> stands_as_present(const Finding& facts) {
  if (const auto said = answered_present(facts)) {
    return said;
  }
  switch (facts.state) {
    case FindingState::Above:
      return true;
    case FindingState::Below:
      return false;
    default:
      return std::nullopt;
  }
}

std::string_view observation_status(const Finding& facts) {
  if (!facts.decision) {
    return facts.state == FindingState::Queued ? "registered" : "preliminary";
  }
  const auto said = answered_present(facts);
  const bool contradicts = (facts.state == FindingState::Above && said == false) ||
                           (facts.state == FindingState::Below && said == true);
  return contradicts ? "amended" : "final";
}

Instant last_updated(const Finding& facts) {
  return facts.decision ? std::max(facts.scored_at, facts.decision->at) : facts.scored_at;
}

Result<Json> observation(const Finding& facts, const Study& study, const Model& model) {
  OSLER_TRY_DO(check(facts));
  OSLER_TRY_DO(check_id("Patient", facts.patient_id));
  OSLER_TRY_DO(check_id("ImagingStudy", facts.study_id));
  OSLER_TRY_DO(check_id("Device", facts.model_id));
  OSLER_TRY(Json json, resource("Observation", facts.id, Label::AiAsserted, last_updated(facts)));
  // The guide's confidence is that of the result. Below the threshold it would be the complement of
  // the probability: a high number beside a negative result, so it is left to the component.
  if (facts.score && facts.state == FindingState::Above && stands_as_present(facts) == true) {
    push(json, "extension",
         {{"url", codes::kAiConfidence}, {"valueDecimal", facts.score->probability}});
  }
  json["status"] = observation_status(facts);
  push(json, "category", concept_of(coding(codes::kObservationCategory, "imaging", "Imaging")));
  put_code(json, model);
  json["subject"] = reference("Patient", facts.patient_id);
  if (const auto started = dicom_date_time(study.date, study.time, study.utc_offset)) {
    json["effectiveDateTime"] = *started;
  }
  put_instant(json, "issued", last_updated(facts));
  put_value(json, facts, model);
  put_components(json, facts, model);
  put_notes(json, facts, model);
  json["device"] = reference("Device", facts.model_id, model_words(model));
  push(json, "derivedFrom", reference("ImagingStudy", facts.study_id));
  if (facts.decision) {
    push(json, "performer", reader_reference(facts.decision->by));
  }
  put_narrative(json, facts, model);
  return json;
}

}  // namespace osler::fhir::resources
