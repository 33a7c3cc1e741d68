#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "fhir/resources/codes.h"
#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

// DICOM's CS: up to 16 of A-Z 0-9 blank and underscore (PS3.5 section 6.2).
bool is_code_string(std::string_view text) {
  return !text.empty() && text.size() <= 16 && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '_' ||
           letter == ' ';
  });
}

Json modality_coding(std::string_view modality) {
  const std::string code = clean_code(modality);
  return is_code_string(code) ? coding(codes::kDcm, code) : Json::object();
}

// CHEST is SNOMED CT's Thoracic structure by DICOM CID 4031; other parts stay in DICOM's word.
Json body_site(std::string_view body_part) {
  const std::string part = clean_code(body_part);
  if (part == "CHEST") {
    return coding(codes::kSnomed, "51185008", "Thoracic structure");
  }
  return is_code_string(part) ? coding(codes::kBodyPart, part, part) : Json::object();
}

void put_number(Json& object, const std::optional<std::int64_t>& number) {
  if (number && *number >= 0 && *number <= 2'147'483'647) {
    object["number"] = *number;  // FHIR's unsignedInt; DICOM's IS may be negative
  }
}

Json instance_json(const StudyInstance& instance) {
  if (!is_uid(instance.sop_instance_uid) || !is_uid(instance.sop_class_uid)) {
    return Json::object();
  }
  Json json{{"uid", instance.sop_instance_uid},
            {"sopClass", coding(codes::kUri, "urn:oid:" + instance.sop_class_uid)}};
  put_number(json, instance.number);
  return json;
}

Json series_json(const StudySeries& series) {
  if (!is_uid(series.series_instance_uid)) {
    return Json::object();
  }
  Json json{{"uid", series.series_instance_uid}};
  put_number(json, series.number);
  const Json modality = modality_coding(series.modality);
  json["modality"] = modality.empty() ? coding(codes::kDcm, "OT", "Other") : modality;
  put_text(json, "description", series.description);
  if (Json part = body_site(series.body_part); !part.empty()) {
    json["bodySite"] = std::move(part);
  }
  for (const auto& instance : series.instances) {
    push(json, "instance", instance_json(instance));
  }
  json["numberOfInstances"] = json.contains("instance") ? json["instance"].size() : 0U;
  return json;
}

void put_identifiers(Json& json, const Study& facts) {
  if (is_uid(facts.study_instance_uid)) {
    push(json, "identifier",
         {{"use", "official"},
          {"system", codes::kDicomUid},
          {"value", "urn:oid:" + facts.study_instance_uid}});
  }
  push(json, "identifier", accession_identifier(facts.accession));
}

void put_modalities(Json& json, const Study& facts) {
  std::set<std::string> seen;
  const auto add = [&](const std::string& modality) {
    Json code = modality_coding(modality);
    if (!code.empty() && seen.insert(code["code"].get<std::string>()).second) {
      push(json, "modality", std::move(code));
    }
  };
  std::ranges::for_each(facts.modalities, add);
  for (const auto& series : facts.series) {
    add(series.modality);
  }
}

}  // namespace

Json accession_identifier(std::string_view accession) {
  const std::string value = clean_text(accession);
  if (value.empty()) {
    return Json::object();
  }
  return {{"use", "usual"},
          {"type", concept_of(coding(codes::kIdentifierType, "ACSN", "Accession ID"))},
          {"value", value}};
}

Result<Json> imaging_study(const Study& facts) {
  OSLER_TRY(Json json, resource("ImagingStudy", facts.id, Label::None, facts.updated));
  OSLER_TRY_DO(check_id("Patient", facts.patient_id));
  put_identifiers(json, facts);
  json["status"] = "available";
  put_modalities(json, facts);
  json["subject"] = reference("Patient", facts.patient_id);
  const auto started = dicom_date_time(facts.date, facts.time, facts.utc_offset);
  if (started) {
    json["started"] = *started;
  }
  const auto& procedure = facts.procedure;
  if (Json code = coding(procedure.system, procedure.code, procedure.display); !code.empty()) {
    push(json, "procedureCode", concept_of(std::move(code)));
  }
  put_text(json, "description", facts.description);
  std::size_t instances = 0;
  for (const auto& series : facts.series) {
    Json item = series_json(series);
    instances += item.empty() ? 0 : item["numberOfInstances"].get<std::size_t>();
    push(json, "series", std::move(item));
  }
  const std::size_t count = json.contains("series") ? json["series"].size() : 0;
  json["numberOfSeries"] = count;
  json["numberOfInstances"] = instances;

  Narrative text;
  text.heading("Imaging study");
  text.row("Started", started.value_or(""));
  text.row("Description", facts.description);
  text.row("Accession", facts.accession);
  text.line(counted(static_cast<std::int64_t>(instances), "image") + " in " +
            with_thousands(static_cast<std::int64_t>(count)) + " series");
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
