#include <array>

#include <nlohmann/json.hpp>

#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/served.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"token", "date", "reference"};

Json search_parameter(const Parameter& parameter) {
  return {
      {"name", parameter.name},
      {"definition", "http://hl7.org/fhir/SearchParameter/" + std::string(parameter.definition)},
      {"type", kKinds.at(static_cast<std::size_t>(parameter.kind))},
      {"documentation", parameter.words}};
}

Json served_resource(Type type) {
  Json json{{"type", to_string(type)},
            {"interaction", Json::array({{{"code", "read"}}, {{"code", "search-type"}}})},
            {"versioning", "no-version"},
            {"readHistory", false},
            {"updateCreate", false},
            {"conditionalCreate", false},
            {"conditionalUpdate", false}};
  for (const Parameter& parameter : parameters(type)) {
    push(json, "searchParam", search_parameter(parameter));
  }
  return json;
}

}  // namespace

Result<Json> capability_statement(const CapabilityFacts& facts) {
  const auto date = instant_text(facts.date);
  if (!is_web_address(facts.base) || !date) {
    return Error(ErrorCode::InvalidArgument,
                 "the address of the FHIR server is no http or https address, or it has no date");
  }
  Json rest{{"mode", "server"},
            {"documentation",
             "Read only. A search with an unknown parameter or modifier is refused; with "
             "Prefer: handling=lenient it is answered without it, and says so."}};
  Json security = Json::object();
  put_text(security, "description", facts.security);
  if (!security.empty()) {
    rest["security"] = std::move(security);
  }
  Narrative text;
  text.heading("osler, FHIR R4, read only");
  for (const Type type : all_types()) {
    push(rest, "resource", served_resource(type));
    text.line(to_string(type));
  }

  Json json{{"resourceType", "CapabilityStatement"},
            {"language", "en"},
            {"url", facts.base + "/metadata"},
            {"name", "Osler"},
            {"title", "osler"},
            {"status", "active"},
            {"date", *date},
            {"kind", "instance"},
            {"software", {{"name", "osler"}}},
            {"implementation", {{"description", "osler"}, {"url", facts.base}}},
            {"fhirVersion", "4.0.1"},
            {"format", Json::array({"application/fhir+json", "json"})},
            {"rest", Json::array({std::move(rest)})}};
  put_text(json["software"], "version", facts.version);
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
