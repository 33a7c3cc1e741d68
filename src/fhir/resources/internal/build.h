#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"
#include "fhir/resources/facts.h"

// The small pieces that resources are made of. Texts are cleaned here, and what is empty then is
// left out: FHIR has no empty strings, objects or arrays.
namespace osler::fhir::resources {

void put_text(Json& object, const char* key, std::string_view text);
void put_instant(Json& object, const char* key, Instant time);
void push(Json& object, const char* key, Json item);

[[nodiscard]] Json coding(std::string_view system, std::string_view code,
                          std::string_view display = {});
// A concept of one code and its words.
[[nodiscard]] Json concept_of(Json code, std::string_view text = {});
[[nodiscard]] Json text_concept(std::string_view text);
[[nodiscard]] Json reference(std::string_view type, std::string_view id,
                             std::string_view display = {});
// The study's accession number, which its report carries too; empty without one.
[[nodiscard]] Json accession_identifier(std::string_view accession);
// A number without a unit, as UCUM has it: "1".
[[nodiscard]] Json ratio_quantity(double value);
// A reader is named by the account, not by a resource: osler serves no Practitioner, and a
// contained one is only for what has no identity of its own (R4 references.html#contained).
[[nodiscard]] Json reader_reference(const Reader& reader);

// {"resourceType", "id", "language", "meta"}; `ai`: labelled AIAST.
enum class Label : std::uint8_t { None, AiAsserted };
// InvalidArgument: `id` is no FHIR id. The message does not say it.
[[nodiscard]] Result<Json> resource(std::string_view type, std::string_view id, Label label,
                                    const std::optional<Instant>& updated);
// InvalidArgument: `id`, of a resource of `type` that is referred to, is no FHIR id.
[[nodiscard]] Result<void> check_id(std::string_view type, std::string_view id);

}  // namespace osler::fhir::resources
