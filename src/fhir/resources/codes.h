#pragma once

#include <string_view>

// The code systems and identifier systems that appear in what osler serves.
// docs/conformance/fhir.md says where each is used. Those of osler itself are urn:osler:…, which
// claim no domain.
namespace osler::fhir::resources::codes {

inline constexpr std::string_view kLoinc = "http://loinc.org";
inline constexpr std::string_view kSnomed = "http://snomed.info/sct";
inline constexpr std::string_view kUcum = "http://unitsofmeasure.org";
inline constexpr std::string_view kDcm = "http://dicom.nema.org/resources/ontology/DCM";
inline constexpr std::string_view kUri = "urn:ietf:rfc:3986";
inline constexpr std::string_view kDicomUid = "urn:dicom:uid";
inline constexpr std::string_view kIdentifierType = "http://terminology.hl7.org/CodeSystem/v2-0203";
inline constexpr std::string_view kDiagnosticService =
    "http://terminology.hl7.org/CodeSystem/v2-0074";
inline constexpr std::string_view kObservationCategory =
    "http://terminology.hl7.org/CodeSystem/observation-category";
inline constexpr std::string_view kInterpretation =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
inline constexpr std::string_view kAbsentReason =
    "http://terminology.hl7.org/CodeSystem/data-absent-reason";
inline constexpr std::string_view kParticipant =
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
// AIAST, "Artificial Intelligence asserted", is newer than the copy that FHIR 4.0.1 carries.
inline constexpr std::string_view kObservationValue =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
// HL7's AI Transparency on FHIR, 1.0.0-ballot.
inline constexpr std::string_view kAiDeviceType =
    "http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIdeviceTypeCS";
inline constexpr std::string_view kAiInputs =
    "http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIinputsCS";
inline constexpr std::string_view kAiConfidence =
    "http://hl7.org/fhir/uv/aitransparency/StructureDefinition/AIconfidence";
inline constexpr std::string_view kModelCard =
    "http://hl7.org/fhir/uv/aitransparency/StructureDefinition/"
    "aitransparency.modelCardDescription";

// osler's own: identifiers,
inline constexpr std::string_view kMrn = "urn:osler:mrn";         // without a known issuer
inline constexpr std::string_view kIssuer = "urn:osler:issuer:";  // + the issuer, percent-encoded
inline constexpr std::string_view kModel = "urn:osler:model";     // name@version
inline constexpr std::string_view kPackage = "urn:osler:package-sha256";
inline constexpr std::string_view kUser = "urn:osler:user";
// and codes.
inline constexpr std::string_view kFinding = "urn:osler:finding";
inline constexpr std::string_view kResult = "urn:osler:result";
inline constexpr std::string_view kTier = "urn:osler:tier";
inline constexpr std::string_view kAnswer = "urn:osler:answer";
inline constexpr std::string_view kAnswerReason = "urn:osler:answer-reason";
inline constexpr std::string_view kComponent = "urn:osler:component";
inline constexpr std::string_view kDeviceVersion = "urn:osler:device-version";
inline constexpr std::string_view kBodyPart = "urn:osler:dicom-body-part-examined";
// A finding is preliminary until a physician acts.
inline constexpr std::string_view kPreliminaryPolicy = "urn:osler:policy:preliminary-until-read";

}  // namespace osler::fhir::resources::codes
