#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "fhir/resources/bundle.h"
#include "fhir/resources/outcome.h"
#include "fhir/resources/served.h"
#include "fhir/search/cursor.h"
#include "fhir/search/query.h"
#include "serve/api/internal/context.h"
#include "workflow/publish/record.h"

namespace osler::serve::api::internal {
namespace {

namespace resources = fhir::resources;
namespace query_of = fhir::search;
using http::Request;
using http::Response;

constexpr const char* kFhirJson = "application/fhir+json; charset=utf-8";

Response fhir_response(int status, const Json& resource) {
  auto response = http::json_response(status, resource);
  response.content_type = kFhirJson;
  return response;
}

// Where this server's FHIR lies, as the client reached it.
std::string base_of(const Request& request) {
  return std::string(request.secure ? "https://" : "http://") +
         std::string(request.header("Host")) + "/fhir";
}

resources::Instant now_of(const Context& context) {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(context.home.clock().now());
}

// That somebody read patients' resources: one record a request, with how many.
Result<void> note(Context& context, const Request& request, std::string_view type,
                  std::size_t count) {
  OSLER_TRY(auto change, storage::Transaction::begin(context.home.database()));
  OSLER_TRY_DO(context.home.audit().append(change, {.actor = identity(request).user,
                                                    .action = "fhir.read",
                                                    .facts = {{"type", std::string(type)},
                                                              {"count", std::to_string(count)},
                                                              {"request", request.id},
                                                              {"from", request.remote}}}));
  return change.commit();
}

Result<resources::Type> type_of(const Request& request) {
  const auto type = resources::type_from(request.parameter("type").value_or(""));
  if (!type) {
    return Error(ErrorCode::NotFound, "no such resource type is served")
        .hint("GET /fhir/metadata lists them");
  }
  return *type;
}

Result<Response> read(Context& context, const Request& request) {
  OSLER_TRY(const auto type, type_of(request));
  OSLER_TRY(const Json resource,
            workflow::publish::read(context.home, type, request.parameter("id").value_or("")));
  OSLER_TRY_DO(note(context, request, resources::to_string(type), 1));
  return fhir_response(200, resource);
}

query_of::Handling handling_of(const Request& request) {
  return request.header("Prefer").find("handling=lenient") != std::string_view::npos
             ? query_of::Handling::Lenient
             : query_of::Handling::Strict;
}

Result<Response> search(Context& context, const Request& request) {
  OSLER_TRY(const auto type, type_of(request));
  const std::string base = base_of(request);
  OSLER_TRY(
      const auto query,
      query_of::parse(type, request.query,
                      {.base = base, .handling = handling_of(request), .now = now_of(context)}));
  OSLER_TRY(auto found, workflow::publish::search(context.home, query));
  resources::SearchPage page{.base = base,
                             .total = found.total,
                             .self = query_of::page_address(query, base, query.cursor),
                             .matches = std::move(found.resources),
                             .included = {},
                             .outcomes = query_of::outcomes_of(query)};
  if (found.next) {
    page.next = query_of::page_address(query, base, found.next);
  }
  if (found.previous) {
    page.previous = query_of::page_address(query, base, found.previous);
  }
  OSLER_TRY_DO(note(context, request, resources::to_string(type), page.matches.size()));
  OSLER_TRY(const Json bundle, resources::searchset(page));
  return fhir_response(200, bundle);
}

Response metadata(Context& context, const Request& request) {
  const auto statement = resources::capability_statement(
      {.base = base_of(request),
       .version = context.options.version,
       .date = now_of(context),
       .security = "A bearer token of osler token NAME, or the session of the pages."});
  return statement ? fhir_response(200, *statement)
                   : fhir_problem(http::error_response(statement.error()));
}

template <typename Answer>
Response answered(Answer answer) {
  Result<Response> response = answer();
  if (response) {
    return *std::move(response);
  }
  auto problem = http::error_response(response.error());
  problem.content_type = kFhirJson;
  if (response.error().code != ErrorCode::Internal) {
    problem.body = dump_json(resources::operation_outcome(response.error()));
    return problem;
  }
  return fhir_problem(std::move(problem));
}

}  // namespace

// The same failure, as FHIR says it.
http::Response fhir_problem(http::Response problem) {
  const auto document = parse_json(problem.body, "error");
  std::string text = "the request failed";
  std::string advice;
  if (document && document->contains("error")) {
    const Json& error = (*document)["error"];
    text = error.value("message", text);
    advice = error.value("hint", "");
  }
  const char* code = problem.status == 401   ? "login"
                     : problem.status == 403 ? "forbidden"
                     : problem.status == 404 ? "not-found"
                     : problem.status == 405 ? "not-supported"
                     : problem.status >= 500 ? "exception"
                                             : "processing";
  const resources::Issue issue{
      .severity = resources::Severity::Error, .code = code, .text = text, .diagnostics = advice};
  problem.body = dump_json(resources::operation_outcome(std::span(&issue, 1)));
  problem.content_type = kFhirJson;
  return problem;
}

void add_fhir(http::Router& router, Context& context) {
  const auto get = [&](std::string pattern, std::string id, std::string summary,
                       std::string_view access, std::function<Response(const Request&)> handler) {
    router.add({.pattern = std::move(pattern),
                .id = std::move(id),
                .summary = std::move(summary),
                .access = std::string(access),
                .response_type = "application/fhir+json",
                .handler = std::move(handler)});
  };
  get("/fhir/metadata", "fhir_metadata", "The CapabilityStatement", auth::kPublic,
      [&context](const Request& r) { return metadata(context, r); });
  get("/fhir/{type}", "fhir_search", "Search FHIR R4 resources of the results", "fhir.read",
      [&context](const Request& r) { return answered([&] { return search(context, r); }); });
  get("/fhir/{type}/{id}", "fhir_read", "One FHIR R4 resource", "fhir.read",
      [&context](const Request& r) { return answered([&] { return read(context, r); }); });
  // Everything else below /fhir, so that its refusal is an OperationOutcome as well.
  for (const auto method :
       {http::Method::Get, http::Method::Post, http::Method::Put, http::Method::Delete}) {
    const bool reads = method == http::Method::Get;
    router.add({.method = method,
                .pattern = "/fhir/{rest...}",
                .id = "fhir_other_" + lower(http::to_string(method)),
                .summary = "Not served: this installation's FHIR is for reading",
                .access = "fhir.read",
                .response_type = "application/fhir+json",
                .handler = [reads](const Request&) {
                  return fhir_problem(reads ? http::not_found()
                                            : http::method_not_allowed("GET, HEAD"));
                }});
  }
}

}  // namespace osler::serve::api::internal
