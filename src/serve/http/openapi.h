#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "serve/http/router.h"

namespace osler::serve::http {

struct OpenApiInfo {
  std::string title = "osler";
  std::string version;
  std::string description;
  // components/schemas by name, JSON Schema as text: routes may say {"$ref":
  // "#/components/schemas/Study"}. "Error" is there already.
  std::vector<std::pair<std::string, std::string>> schemas;
  // components/securitySchemes by name; a route with a permission takes any one of them.
  std::vector<std::pair<std::string, std::string>> security{
      {"session", R"({"type": "apiKey", "in": "cookie", "name": "osler_session"})"},
      {"token", R"({"type": "http", "scheme": "bearer"})"}};
  std::vector<std::string> left_out;  // ids of routes that are no API
};

// An OpenAPI 3.1.0 document of every route: what it is called, takes, gives, and may answer
// instead; its permission stands under "x-permission". InvalidArgument: a schema that is not JSON;
// the message names the route.
[[nodiscard]] Result<Json> openapi(const Router& router, const OpenApiInfo& info);

}  // namespace osler::serve::http
