#include "fhir/resources/bundle.h"

#include <set>

#include <nlohmann/json.hpp>

#include "fhir/resources/internal/build.h"

namespace osler::fhir::resources {
namespace {

void link(Json& json, std::string_view relation, const std::string& url) {
  push(json, "link", {{"relation", relation}, {"url", url}});
}

}  // namespace

Result<Json> searchset(const SearchPage& page) {
  Json json{{"resourceType", "Bundle"}, {"type", "searchset"}};
  if (page.total) {
    json["total"] = *page.total;
  }
  link(json, "self", page.self);
  if (page.next) {
    link(json, "next", *page.next);
  }
  if (page.previous) {
    link(json, "previous", *page.previous);
  }
  std::set<std::string> seen;
  const auto add = [&](const Json& found, std::string_view mode) -> Result<void> {
    OSLER_TRY(const auto type, json_string(found, "resourceType"));
    OSLER_TRY(const auto id, json_string(found, "id"));
    std::string url = page.base + "/" + type + "/" + id;
    if (!seen.insert(url).second) {
      return Error(ErrorCode::InvalidArgument, "a resource stands twice on one page");
    }
    push(json, "entry",
         {{"fullUrl", std::move(url)}, {"resource", found}, {"search", {{"mode", mode}}}});
    return {};
  };
  for (const Json& found : page.matches) {
    OSLER_TRY_DO(add(found, "match"));
  }
  for (const Json& found : page.included) {
    OSLER_TRY_DO(add(found, "include"));
  }
  for (const Json& outcome : page.outcomes) {
    push(json, "entry", {{"resource", outcome}, {"search", {{"mode", "outcome"}}}});
  }
  return json;
}

}  // namespace osler::fhir::resources
