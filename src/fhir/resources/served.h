#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "fhir/resources/times.h"

// The one table of what is served: the CapabilityStatement is written from it, and searches are
// read by it.
namespace osler::fhir::resources {

enum class Type : std::uint8_t {
  Patient,
  ImagingStudy,
  Device,
  Observation,
  DiagnosticReport,
  Provenance
};
[[nodiscard]] std::string_view to_string(Type type);
[[nodiscard]] std::optional<Type> type_from(std::string_view name);
[[nodiscard]] std::span<const Type> all_types();

enum class Kind : std::uint8_t { Token, Date, Reference };

struct Parameter {
  std::string_view name;
  Kind kind;
  // Where its values stand in the resource: element names parted by dots, alternatives by "|".
  std::string_view path;
  // A reference: the type that a bare id is of.
  std::optional<Type> target;
  bool sortable = false;
  std::string_view definition;  // SearchParameter, after http://hl7.org/fhir/SearchParameter/
  std::string_view words;
  // A token that is a bare code: the system that the element implies; empty for ids and the rest.
  std::string_view implied_system = {};
};

// The parameters of one type, _id and _lastUpdated first.
[[nodiscard]] std::span<const Parameter> parameters(Type type);
[[nodiscard]] const Parameter* find_parameter(Type type, std::string_view name);

struct CapabilityFacts {
  std::string base = {};      // "https://osler.example/fhir"
  std::string version = {};   // osler's
  Instant date = {};          // when this installation last changed
  std::string security = {};  // how clients sign in, in words
};

// The CapabilityStatement of this installation (R4 capabilitystatement.html, kind instance).
// InvalidArgument: `base` is no http or https address.
[[nodiscard]] Result<Json> capability_statement(const CapabilityFacts& facts);

}  // namespace osler::fhir::resources
