#include <nlohmann/json.hpp>

#include "base/crypto.h"
#include "base/text.h"
#include "fhir/resources/codes.h"
#include "fhir/resources/internal/build.h"
#include "fhir/resources/internal/narrative.h"
#include "fhir/resources/internal/words.h"
#include "fhir/resources/resources.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

void put_identifiers(Json& json, const Model& facts, const std::string& digest) {
  const std::string name = clean_code(facts.name);
  const std::string version = clean_code(facts.version);
  if (!name.empty() && !version.empty()) {
    push(json, "identifier",
         {{"use", "official"}, {"system", codes::kModel}, {"value", name + "@" + version}});
  }
  if (!digest.empty()) {
    push(json, "identifier",
         {{"use", "secondary"}, {"system", codes::kPackage}, {"value", digest}});
  }
}

void put_versions(Json& json, const Model& facts, const std::string& digest) {
  const auto add = [&](std::string_view code, std::string_view words, std::string_view value) {
    Json version{{"type", concept_of(coding(codes::kDeviceVersion, code, words))}};
    put_text(version, "value", value);
    if (version.contains("value")) {
      push(json, "version", std::move(version));
    }
  };
  add("model-version", "Version of the model", facts.version);
  add("package-sha256", "SHA-256 of the signed package", digest);
}

// The guide holds a model card as a DocumentReference. Here it has no identity apart from the
// model's, so it is contained.
void put_model_card(Json& json, const Model& facts) {
  if (!is_web_address(facts.card_url)) {
    return;
  }
  const std::string words = "Model card of " + model_words(facts);
  push(
      json, "contained",
      {{"resourceType", "DocumentReference"},
       {"id", "model-card"},
       {"status", "current"},
       {"type", concept_of(coding(codes::kAiInputs, "AIModelCard", "AI Model-Card"))},
       {"category", Json::array({text_concept("HTML")})},
       {"description", words},
       {"content",
        Json::array({{{"attachment", {{"contentType", "text/html"}, {"url", facts.card_url}}}}})}});
  push(json, "extension",
       {{"url", codes::kModelCard}, {"valueReference", {{"reference", "#model-card"}}}});
}

}  // namespace

Result<Json> device(const Model& facts) {
  OSLER_TRY(Json json, resource("Device", facts.id, Label::None, facts.updated));
  const auto parsed = crypto::Digest::from_hex(facts.digest);
  const std::string digest = parsed ? parsed->hex() : "";
  put_model_card(json, facts);
  put_identifiers(json, facts, digest);
  json["status"] = facts.in_use ? "active" : "inactive";
  put_text(json, "manufacturer", facts.manufacturer);
  if (const auto name = clean_code(facts.name); !name.empty()) {
    push(json, "deviceName", {{"name", name}, {"type", "model-name"}});
    json["modelNumber"] = name;
  }
  json["type"] = concept_of(coding(codes::kAiDeviceType, "Artificial-Intelligence",
                                   "All kinds of Artificial Intelligence"));
  put_versions(json, facts, digest);
  if (Json note = Json::object(); !clean_text(facts.intended_use).empty()) {
    put_text(note, "text", "Intended use: " + facts.intended_use);
    push(json, "note", std::move(note));
  }

  Narrative text;
  text.heading(model_words(facts));
  text.row("Finding", facts.finding);
  text.row("Intended use", facts.intended_use);
  text.row("Manufacturer", facts.manufacturer);
  text.row("State", facts.in_use ? "in use" : "retired");
  text.into(json);
  return json;
}

}  // namespace osler::fhir::resources
