#include "fhir/resources/internal/build.h"

#include <utility>

#include "fhir/resources/codes.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {

void put_text(Json& object, const char* key, std::string_view text) {
  if (auto cleaned = clean_text(text); !cleaned.empty()) {
    object[key] = std::move(cleaned);
  }
}

void put_instant(Json& object, const char* key, Instant time) {
  if (auto text = instant_text(time)) {
    object[key] = *std::move(text);
  }
}

void push(Json& object, const char* key, Json item) {
  if (!item.empty()) {
    object[key].push_back(std::move(item));
  }
}

Json coding(std::string_view system, std::string_view code, std::string_view display) {
  Json json = Json::object();
  const std::string cleaned = clean_code(code);
  if (!cleaned.empty()) {
    // A system is an address of ours or one that came with the study file.
    if (const auto address = clean_code(system);
        !address.empty() && address.find(' ') == std::string::npos) {
      json["system"] = address;
    }
    json["code"] = cleaned;
  }
  put_text(json, "display", display);
  return json;
}

Json concept_of(Json code, std::string_view text) {
  Json json = Json::object();
  push(json, "coding", std::move(code));
  put_text(json, "text", text);
  return json;
}

Json text_concept(std::string_view text) {
  Json json = Json::object();
  put_text(json, "text", text);
  return json;
}

Json reference(std::string_view type, std::string_view id, std::string_view display) {
  Json json{{"reference", std::string(type) + "/" + std::string(id)}};
  put_text(json, "display", display);
  return json;
}

Json ratio_quantity(double value) {
  return {{"value", value}, {"unit", "1"}, {"system", codes::kUcum}, {"code", "1"}};
}

Json reader_reference(const Reader& reader) {
  Json json{{"type", "Practitioner"}};
  if (const auto user = clean_text(reader.user); !user.empty()) {
    json["identifier"] = {{"system", codes::kUser}, {"value", user}};
  }
  put_text(json, "display", reader.name);
  if (json.size() == 1) {
    json["display"] = "a physician";
  }
  return json;
}

Result<void> check_id(std::string_view type, std::string_view id) {
  if (!is_id(id)) {
    return Error(ErrorCode::InvalidArgument,
                 "the id of " + std::string(type) + " is not 1 to 64 of A-Z a-z 0-9 - and .");
  }
  return {};
}

Result<Json> resource(std::string_view type, std::string_view id, Label label,
                      const std::optional<Instant>& updated) {
  OSLER_TRY_DO(check_id(type, id));
  Json json{{"resourceType", type}, {"id", id}, {"language", "en"}};
  if (updated) {
    if (auto time = instant_text(*updated)) {
      json["meta"]["lastUpdated"] = *std::move(time);
    }
  }
  if (label == Label::AiAsserted) {
    json["meta"]["security"] = Json::array(
        {coding(codes::kObservationValue, "AIAST", "Artificial Intelligence asserted")});
  }
  return json;
}

}  // namespace osler::fhir::resources
