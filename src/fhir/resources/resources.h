#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "fhir/resources/facts.h"

// Facts as FHIR R4 (4.0.1) resources. docs/conformance/fhir.md describes each, element by element.
//
// Texts from outside are cleaned (see text.h) and inert in the narrative; a date that is none, a
// UID that is none and a modality that is no code are left out, never passed on. All functions:
// InvalidArgument where an id of the facts is no FHIR id, or where they contradict themselves; the
// message names the element and no value.
namespace osler::fhir::resources {

[[nodiscard]] Result<Json> patient(const Patient& facts);

// Series and instances without a valid UID are left out, and not counted.
[[nodiscard]] Result<Json> imaging_study(const Study& facts);

// One version of a model. HL7 AI Transparency 1.0.0-ballot, profile AI-Device.
[[nodiscard]] Result<Json> device(const Model& facts);

// One finding of one model in one study. InvalidArgument: a score where there is none by its state
// or the reverse, a number outside [0, 1] or not lower <= probability <= upper.
[[nodiscard]] Result<Json> observation(const Finding& facts, const Study& study,
                                       const Model& model);

// InvalidArgument: final or amended without a reader who acknowledged it.
[[nodiscard]] Result<Json> diagnostic_report(const Report& facts, const Study& study);

// Who made a finding, from what. Its id is the finding's. Profile AI-Provenance of the same guide.
[[nodiscard]] Result<Json> provenance(const Finding& facts, const Study& study, const Model& model);

// Observation.status: registered while queued, preliminary until a physician answered, amended
// where the answer contradicts a score above or below, else final.
[[nodiscard]] std::string_view observation_status(const Finding& facts);

// What holds after the answer: true is present, false absent, nothing undecided or not known.
[[nodiscard]] std::optional<bool> stands_as_present(const Finding& facts);
// What the physician said, as present or absent; nothing: cannot say, or no answer.
[[nodiscard]] std::optional<bool> answered_present(const Finding& facts);
// The later of the scoring and the answer: Observation.meta.lastUpdated.
[[nodiscard]] Instant last_updated(const Finding& facts);

// Observation.code and its code in urn:osler:finding: "pleural-effusion" of "Pleural effusion".
[[nodiscard]] std::string finding_code(const Model& model);

}  // namespace osler::fhir::resources
