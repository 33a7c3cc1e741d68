#include "serve/http/openapi.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::serve::http {
namespace {

constexpr std::string_view kErrorSchema = R"({
  "type": "object",
  "required": ["error"],
  "properties": {
    "error": {
      "type": "object",
      "required": ["code", "message"],
      "properties": {
        "code": {"type": "string", "description": "a word that programs can rely on"},
        "message": {"type": "string"},
        "hint": {"type": "string", "description": "what the reader can do"}
      }
    }
  }
})";

Result<Json> schema_of(const std::string& text, const std::string& whose) {
  auto parsed = parse_json(text, whose);
  if (!parsed || !(parsed->is_object() || parsed->is_boolean())) {
    return Error(ErrorCode::InvalidArgument, whose + " has a schema that is not one");
  }
  return parsed;
}

// "{rest...}" is no OpenAPI; the parameter's description says what it takes.
std::string path_of(const Route& route) {
  std::string path = route.pattern;
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) {
    path.erase(dots, 3);
  }
  return path;
}

bool needs_permission(const Route& route) {
  return !route.access.empty() && route.access != kPublic;
}

Result<Json> parameters_of(const Route& route) {
  Json all = Json::array();
  std::vector<std::string> in_path;
  for (const std::string& segment : split(route.pattern, '/')) {
    if (segment.starts_with('{')) {
      const std::string name = segment.substr(1, segment.find_first_of(".}") - 1);
      in_path.push_back(name);
      Json one{
          {"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}};
      if (segment.ends_with("...}")) {
        one["description"] = "all that is left of the path, with its slashes";
      }
      all.push_back(std::move(one));
    }
  }
  for (const Parameter& parameter : route.parameters) {
    OSLER_TRY(Json schema,
              schema_of(parameter.schema, "route " + route.id + ", parameter " + parameter.name));
    const auto place = std::ranges::find(in_path, parameter.name);
    if (place != in_path.end()) {
      Json& one = all[static_cast<std::size_t>(place - in_path.begin())];
      one["schema"] = std::move(schema);
      one["description"] = parameter.description;
      continue;
    }
    all.push_back({{"name", parameter.name},
                   {"in", "query"},
                   {"required", parameter.required},
                   {"description", parameter.description},
                   {"schema", std::move(schema)}});
  }
  return all;
}

Json error_named(std::string_view description) {
  return {
      {"description", description},
      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
}

bool takes_body(const Route& route) {
  return route.method == Method::Post || route.method == Method::Put;
}

Result<Json> responses_of(const Route& route) {
  Json good{{"description", "done"}};
  if (!route.response_schema.empty()) {
    OSLER_TRY(Json schema, schema_of(route.response_schema, "route " + route.id));
    good["content"][route.response_type]["schema"] = std::move(schema);
  } else if (route.response_type != "application/json") {
    good["content"][route.response_type] = Json::object();
  }
  Json all{{"2XX", std::move(good)},
           {"400", error_named("the request is wrong")},
           {"500", error_named("the server failed; its log says why")}};
  if (!route.inline_) {
    all["503"] = error_named("too much to do; Retry-After says when to try again");
  }
  if (needs_permission(route)) {
    all["401"] = error_named("not signed in");
    all["403"] = error_named("signed in, but not allowed to");
    all["429"] = error_named("too many requests; Retry-After says when to try again");
  }
  if (route.pattern.find('{') != std::string::npos) {
    all["404"] = error_named("there is no such thing");
  }
  if (takes_body(route)) {
    all["413"] = error_named("the body is larger than " + human_bytes(route.max_body));
  }
  return all;
}

Result<Json> operation_of(const Route& route, const OpenApiInfo& info) {
  OSLER_TRY(Json parameters, parameters_of(route));
  OSLER_TRY(Json responses, responses_of(route));
  Json made{{"operationId", route.id},
            {"summary", route.summary},
            {"parameters", std::move(parameters)},
            {"responses", std::move(responses)},
            {"security", Json::array()}};
  if (needs_permission(route)) {
    made["x-permission"] = route.access;
    for (const auto& [name, scheme] : info.security) {
      made["security"].push_back({{name, Json::array()}});
    }
  }
  if (takes_body(route) &&
      (!route.request_schema.empty() || route.request_type != "application/json")) {
    Json content = Json::object();
    if (!route.request_schema.empty()) {
      OSLER_TRY(content["schema"], schema_of(route.request_schema, "route " + route.id));
    }
    made["requestBody"] = {{"required", true},
                           {"content", {{route.request_type, std::move(content)}}}};
  }
  return made;
}

}  // namespace

Result<Json> openapi(const Router& router, const OpenApiInfo& info) {
  Json components{{"schemas", Json::object()}, {"securitySchemes", Json::object()}};
  OSLER_TRY(components["schemas"]["Error"], parse_json(kErrorSchema, "the schema of errors"));
  for (const auto& [name, text] : info.schemas) {
    OSLER_TRY(components["schemas"][name], schema_of(text, "the component " + name));
  }
  for (const auto& [name, text] : info.security) {
    OSLER_TRY(components["securitySchemes"][name], schema_of(text, "the security scheme " + name));
  }
  Json paths = Json::object();
  for (const Route& route : router.routes()) {
    if (std::ranges::find(info.left_out, route.id) != info.left_out.end()) {
      continue;
    }
    OSLER_TRY(paths[path_of(route)][lower(to_string(route.method))], operation_of(route, info));
  }
  return Json{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", info.title}, {"version", info.version}, {"description", info.description}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}};
}

}  // namespace osler::serve::http
