#include <array>

#include <nlohmann/json.hpp>

#include "fhir/resources/codes.h"
#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/names.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

std::string_view gender_of(std::string_view sex) {
  const std::string code = clean_code(sex);
  return code == "M" ? "male" : code == "F" ? "female" : code == "O" ? "other" : "unknown";
}

Json human_name(const Name& name) {
  constexpr std::array<std::string_view, 3> kCodes{"ABC", "IDE", "SYL"};
  Json json = Json::object();
  json["extension"] =
      Json::array({{{"url", "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"},
                    {"valueCode", kCodes.at(static_cast<std::size_t>(name.writing))}}});
  put_text(json, "text", name.text());
  put_text(json, "family", name.family);
  for (const auto& given : name.given) {
    push(json, "given", given);
  }
  if (!name.prefix.empty()) {
    push(json, "prefix", name.prefix);
  }
  if (!name.suffix.empty()) {
    push(json, "suffix", name.suffix);
  }
  return json;
}

Json record_number(const Patient& facts) {
  Json json = Json::object();
  const std::string value = clean_text(facts.mrn);
  if (value.empty()) {
    return json;
  }
  json["use"] = "usual";
  json["type"] = concept_of(coding(codes::kIdentifierType, "MR", "Medical record number"));
  json["system"] = mrn_system(facts.issuer);
  json["value"] = value;
  if (const auto issuer = clean_text(facts.issuer); !issuer.empty()) {
    json["assigner"] = {{"display", issuer}};
  }
  return json;
}

}  // namespace

Result<Json> patient(const Patient& facts) {
  OSLER_TRY(Json json, resource("Patient", facts.id, Label::None, facts.updated));
  push(json, "identifier", record_number(facts));
  const auto names = names_of(facts.name);
  for (const Name& name : names) {
    push(json, "name", human_name(name));
  }
  json["gender"] = gender_of(facts.sex);
  const auto born = dicom_date(facts.birth_date);
  if (born) {
    json["birthDate"] = *born;
  }

  Narrative text;
  text.heading(names.empty() ? "Name not known" : names.front().text());
  text.row("Born", born.value_or(""));
  text.row("Sex", gender_of(facts.sex));
  text.row("MRN", facts.mrn);
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
