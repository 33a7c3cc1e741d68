#include "fhir/resources/served.h"

#include <algorithm>
#include <array>

namespace osler::fhir::resources {
namespace {

using enum Kind;

constexpr std::array kTypes{Type::Patient,     Type::ImagingStudy,     Type::Device,
                            Type::Observation, Type::DiagnosticReport, Type::Provenance};
constexpr std::array<std::string_view, 6> kNames{"Patient",     "ImagingStudy",     "Device",
                                                 "Observation", "DiagnosticReport", "Provenance"};

constexpr auto kNoTarget = std::optional<Type>{};

constexpr Parameter token(std::string_view name, std::string_view path, std::string_view definition,
                          std::string_view words, std::string_view implied_system = {}) {
  return {name, Token, path, kNoTarget, false, definition, words, implied_system};
}
constexpr Parameter date(std::string_view name, std::string_view path, std::string_view definition,
                         std::string_view words) {
  return {name, Date, path, kNoTarget, true, definition, words};
}
constexpr Parameter refers(std::string_view name, std::string_view path, Type target,
                           std::string_view definition, std::string_view words) {
  return {name, Reference, path, target, false, definition, words};
}

constexpr Parameter kId{"_id", Token, "id", kNoTarget, true, "Resource-id", "The resource's id."};
constexpr Parameter kUpdated = date("_lastUpdated", "meta.lastUpdated", "Resource-lastUpdated",
                                    "When the resource last changed.");

constexpr std::array kPatient{
    kId,
    kUpdated,
    token("identifier", "identifier", "Patient-identifier",
          "The medical record number: system|value, |value or value."),
    date("birthdate", "birthDate", "individual-birthdate", "The day of birth."),
    token("gender", "gender", "individual-gender", "male, female, other or unknown.",
          "http://hl7.org/fhir/administrative-gender"),
};

constexpr std::array kImagingStudy{
    kId,
    kUpdated,
    refers("patient", "subject", Type::Patient, "clinical-patient", "Whose study it is."),
    refers("subject", "subject", Type::Patient, "ImagingStudy-subject", "The same as patient."),
    token("identifier", "identifier", "clinical-identifier",
          "The Study Instance UID (urn:dicom:uid|urn:oid:…) or the accession number."),
    token("status", "status", "ImagingStudy-status", "available.",
          "http://hl7.org/fhir/imagingstudy-status"),
    date("started", "started", "ImagingStudy-started",
         "When the study began; without a time zone in the images, the day."),
    token("modality", "series.modality", "ImagingStudy-modality", "A series' modality: DX, CT, …"),
};

constexpr std::array kDevice{
    kId,
    kUpdated,
    token("identifier", "identifier", "Device-identifier",
          "urn:osler:model|name@version, or urn:osler:package-sha256|digest."),
    token("status", "status", "Device-status", "active, or inactive once retired.",
          "http://hl7.org/fhir/device-status"),
    token("type", "type", "Device-type", "Artificial-Intelligence."),
};

constexpr std::array kObservation{
    kId,
    kUpdated,
    refers("patient", "subject", Type::Patient, "clinical-patient", "Whose finding it is."),
    refers("subject", "subject", Type::Patient, "Observation-subject", "The same as patient."),
    token("status", "status", "Observation-status",
          "registered while queued, preliminary until a physician answered, then final or amended.",
          "http://hl7.org/fhir/observation-status"),
    date("date", "effectiveDateTime|effectivePeriod", "clinical-date", "When the study began."),
    token("code", "code", "clinical-code", "The finding: urn:osler:finding|consolidation."),
    token("category", "category", "Observation-category", "imaging."),
    refers("device", "device", Type::Device, "Observation-device", "The version of the model."),
    refers("derived-from", "derivedFrom", Type::ImagingStudy, "Observation-derived-from",
           "The study that was scored."),
};

constexpr std::array kDiagnosticReport{
    kId,
    kUpdated,
    refers("patient", "subject", Type::Patient, "clinical-patient", "Whose report it is."),
    refers("subject", "subject", Type::Patient, "DiagnosticReport-subject", "The same as patient."),
    token("identifier", "identifier", "clinical-identifier", "The study's accession number."),
    token("status", "status", "DiagnosticReport-status",
          "preliminary until a physician acted, then final or amended.",
          "http://hl7.org/fhir/diagnostic-report-status"),
    date("date", "effectiveDateTime|effectivePeriod", "clinical-date", "When the study began."),
    date("issued", "issued", "DiagnosticReport-issued", "When this version was made."),
    token("code", "code", "clinical-code", "The study's procedure, or http://loinc.org|18748-4."),
    token("category", "category", "DiagnosticReport-category", "RAD."),
    refers("result", "result", Type::Observation, "DiagnosticReport-result",
           "A finding in the report."),
};

constexpr std::array kProvenance{
    kId,
    kUpdated,
    refers("target", "target", Type::Observation, "Provenance-target",
           "What was made: a finding or a report."),
    refers("agent", "agent.who", Type::Device, "Provenance-agent",
           "Who made it: agent=Device/… finds all that one version of a model made."),
    refers("entity", "entity.what", Type::ImagingStudy, "Provenance-entity",
           "What it was made from."),
    date("recorded", "recorded", "Provenance-recorded", "When it was recorded."),
};

}  // namespace

std::string_view to_string(Type type) {
  return kNames.at(static_cast<std::size_t>(type));
}

std::optional<Type> type_from(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return kTypes.at(static_cast<std::size_t>(found - kNames.begin()));
}

std::span<const Type> all_types() {
  return kTypes;
}

std::span<const Parameter> parameters(Type type) {
  switch (type) {
    case Type::Patient:
      return kPatient;
    case Type::ImagingStudy:
      return kImagingStudy;
    case Type::Device:
      return kDevice;
    case Type::Observation:
      return kObservation;
    case Type::DiagnosticReport:
      return kDiagnosticReport;
    case Type::Provenance:
      break;
  }
  return kProvenance;
}

const Parameter* find_parameter(Type type, std::string_view name) {
  const auto all = parameters(type);
  const auto found = std::ranges::find(all, name, &Parameter::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace osler::fhir::resources
