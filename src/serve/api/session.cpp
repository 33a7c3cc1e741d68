#include <nlohmann/json.hpp>

#include "serve/api/internal/context.h"
#include "workflow/reading/service.h"

namespace osler::serve::api::internal {
namespace {

using http::Request;
using http::Response;

constexpr std::array kPermissions{"study.read",   "study.answer", "study.upload", "label.see",
                                  "label.answer", "label.manage", "model.read",   "model.pause",
                                  "run.read",     "infer",        "fhir.read",    "admin.read"};

std::string cookie_line(const Context& context, std::string_view value, bool ends) {
  std::string line =
      std::string(kCookie) + "=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Strict";
  if (context.options.secure) {
    line += "; Secure";
  }
  return ends ? line + "; Max-Age=0" : line;
}

Response entered(Context& context, const Result<auth::Door::Entry>& entry) {
  if (!entry) {
    return http::error_response(entry.error());
  }
  if (const auto* throttled = std::get_if<auth::Throttled>(&*entry)) {
    return http::too_many_requests(throttled->retry_after);
  }
  const auto* session = std::get_if<auth::NewSession>(&*entry);
  if (session == nullptr) {
    return http::unauthenticated("that name and password do not go together",
                                 "osler user reset NAME gives a new password");
  }
  const auth::Identity who{.user = session->session.user,
                           .role = session->session.role,
                           .via = auth::Via::Cookie,
                           .name = session->session.name};
  auto response = http::json_response(200, session_document(context, &who, session->id));
  response.compressible = false;
  response.headers.emplace_back("Set-Cookie", cookie_line(context, session->id, false));
  return response;
}

Response login(Context& context, const Request& request) {
  const auto body = json_body(request);
  if (!body) {
    return http::error_response(body.error());
  }
  const auto name = text_member(*body, "name");
  const auto password = text_member(*body, "password");
  if (!name || !password) {
    return http::error_response((name ? password : name).error());
  }
  return entered(context, context.door.login(*name, *password, request.remote));
}

Response logout(Context& context, const Request& request) {
  if (const auto cookie = request.cookie(kCookie)) {
    if (const auto ended = context.door.logout(*cookie); !ended) {
      return http::error_response(ended.error());
    }
  }
  auto response = http::no_content();
  response.headers.emplace_back("Set-Cookie", cookie_line(context, "", true));
  return response;
}

Response change_password(Context& context, const Request& request) {
  const auto body = json_body(request);
  if (!body) {
    return http::error_response(body.error());
  }
  const auto before = text_member(*body, "old");
  const auto after = text_member(*body, "new");
  const auto cookie = request.cookie(kCookie);
  if (!before || !after || !cookie) {
    return http::problem(400, "InvalidArgument", "needs \"old\" and \"new\", and a session");
  }
  return entered(context, context.door.change_password(*cookie, *before, *after, request.remote));
}

// Anybody may ask who they are; without a session the answer is nobody.
Response session(Context& context, const Request& request) {
  const auto cookie = request.cookie(kCookie);
  if (cookie) {
    const auto found = context.door.by_cookie(*cookie);
    if (!found) {
      return http::error_response(found.error());
    }
    if (*found) {
      auto response = http::json_response(200, session_document(context, &**found, *cookie));
      response.compressible = false;  // it holds the CSRF token
      return response;
    }
  }
  return http::json_response(200, session_document(context, nullptr, ""));
}

}  // namespace

Json notices_document(Context& context) {
  Json list = Json::array();
  if (const auto found = workflow::reading::notices(context.home)) {
    for (const auto& notice : *found) {
      list.push_back({{"state", notice.state},
                      {"subject", notice.subject},
                      {"text", notice.text},
                      {"since", time_or_null(notice.since_ms)},
                      {"do", notice.advice},
                      {"href", ""}});
    }
  }
  for (const auto& broken : context.scoring.broken()) {
    list.push_back({{"state", "failed"},
                    {"subject", broken.model.reference()},
                    {"text", broken.model.reference() + " cannot be opened: " + broken.why},
                    {"since", time_or_null(broken.since_ms)},
                    {"do", "Read as if it were not there."},
                    {"href", ""}});
  }
  return list;
}

Json session_document(Context& context, const auth::Identity* who, std::string_view session_id) {
  Json permissions = Json::array();
  for (const char* permission : kPermissions) {
    if (who != nullptr && who->may(permission)) {
      permissions.push_back(permission);
    }
  }
  const auto users = context.door.users().active();
  const auto& configuration = context.home.configuration();
  const auth::SessionOptions& sessions = context.options.door.sessions;
  return {{"user", who == nullptr ? Json()
                                  : Json{{"name", who->user},
                                         {"role", std::string(auth::to_string(who->role))}}},
          {"permissions", std::move(permissions)},
          {"csrf", who == nullptr ? "" : auth::Sessions::csrf_of(session_id)},
          {"site",
           {{"name", configuration.site},
            {"test_system", configuration.test_system},
            {"marks_policy", std::string(workflow::to_string(configuration.marks))}}},
          {"has_users", users.has_value() && *users > 0},
          {"idle_minutes", std::chrono::duration_cast<std::chrono::minutes>(sessions.idle).count()},
          {"notices", who == nullptr ? Json::array() : notices_document(context)},
          {"version", context.options.version}};
}

void add_session(http::Router& router, Context& context) {
  router.add({.pattern = "/api/session",
              .id = "session",
              .summary = "Who is logged in, what they may do, and what the pages must know",
              .access = std::string(auth::kPublic),
              .handler = [&context](const Request& r) { return session(context, r); }});
  router.add(
      {.method = http::Method::Post,
       .pattern = "/api/login",
       .id = "login",
       .summary = "Log in by name and password; sets the session's cookie",
       .access = std::string(auth::kPublic),
       .request_schema =
           R"({"type":"object","required":["name","password"],"properties":{"name":{"type":"string"},"password":{"type":"string"}}})",
       .handler = [&context](const Request& r) { return login(context, r); }});
  router.add({.method = http::Method::Post,
              .pattern = "/api/logout",
              .id = "logout",
              .summary = "End the session",
              .access = std::string(auth::kSession),
              .handler = [&context](const Request& r) { return logout(context, r); }});
  router.add(
      {.method = http::Method::Post,
       .pattern = "/api/account/password",
       .id = "change_password",
       .summary = "Change one's own password; ends every other session",
       .access = std::string(auth::kSession),
       .request_schema =
           R"({"type":"object","required":["old","new"],"properties":{"old":{"type":"string"},"new":{"type":"string"}}})",
       .handler = [&context](const Request& r) { return change_password(context, r); }});
}

}  // namespace osler::serve::api::internal
