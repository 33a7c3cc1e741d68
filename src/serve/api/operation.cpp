#include <nlohmann/json.hpp>

#include "serve/api/internal/context.h"
#include "serve/http/openapi.h"
#include "workflow/reading/service.h"

namespace osler::serve::api::internal {
namespace {

Json check(bool ok, std::string what) {
  return {{"ok", ok}, {"what", std::move(what)}};
}

// Whether the database takes a change, without making one.
bool writable(workflow::Home& home) {
  auto change = storage::Transaction::begin(home.database());
  return change.has_value();
}

http::Response readiness(Context& context) {
  Json checks = Json::object();
  checks["stopping"] = check(!context.stopping, "the server is not stopping");
  checks["database"] = check(writable(context.home),
                             "SQLite " + storage::Database::engine_version() + " takes changes");
  checks["audit"] = check(context.home.audit().head().has_value(), "the audit log can be read");
  const bool looked_up = context.scoring.looked_up();
  const auto broken = context.scoring.broken();
  std::string models = looked_up ? "every model in service is open" : "being opened";
  if (!broken.empty()) {
    models = "cannot be opened: " + broken.front().model.reference();
  }
  checks["models"] = check(looked_up && broken.empty(), models);
  bool ready = true;
  for (const auto& one : checks.items()) {
    ready = ready && one.value()["ok"].get<bool>();
  }
  auto response = http::json_response(ready ? 200 : 503, {{"ready", ready}, {"checks", checks}});
  if (!ready) {
    response.headers.emplace_back("Retry-After", "5");
  }
  return response;
}

http::Response metrics(Context& context) {
  return http::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                             context.registry->render());
}

http::Response description(Context& context) {
  const auto document =
      http::openapi(*context.router, {.version = context.options.version, .left_out = {"web"}});
  return document ? http::json_response(200, *document) : http::error_response(document.error());
}

}  // namespace

void add_operation(http::Router& router, Context& context) {
  router.add({.pattern = "/livez",
              .id = "livez",
              .summary = "The process answers",
              .access = std::string(auth::kPublic),
              .inline_ = true,
              .response_type = "text/plain",
              .handler = [](const http::Request&) {
                return http::text_response(200, "text/plain; charset=utf-8", "ok\n");
              }});
  router.add({.pattern = "/readyz",
              .id = "readyz",
              .summary = "What is ready, and what is not",
              .access = std::string(auth::kPublic),
              .handler = [&context](const http::Request&) { return readiness(context); }});
  router.add({.pattern = "/metrics",
              .id = "metrics",
              .summary = "Counts and durations as Prometheus text; no patient, study or user",
              .access = std::string(auth::kPublic),
              .response_type = "text/plain",
              .handler = [&context](const http::Request&) { return metrics(context); }});
  router.add({.pattern = "/openapi.json",
              .id = "openapi",
              .summary = "This description",
              .access = std::string(auth::kPublic),
              .handler = [&context](const http::Request&) { return description(context); }});
}

}  // namespace osler::serve::api::internal
