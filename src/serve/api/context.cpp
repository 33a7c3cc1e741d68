#include "serve/api/internal/context.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/clock.h"

namespace osler::serve::api::internal {

const auth::Identity& identity(const http::Request& request) {
  const auto* who = request.identity<auth::Identity>();
  OSLER_CHECK(who != nullptr);
  return *who;
}

workflow::reading::Person person(const http::Request& request) {
  return {.name = identity(request).user, .from = request.remote};
}

Result<Json> json_body(const http::Request& request) {
  auto document = parse_json(request.text(), "the request", {.bytes = 1U << 20U, .depth = 16});
  if (!document) {
    // What a client sent wrongly is its request's fault, not damaged data of ours.
    return Error(ErrorCode::InvalidArgument, document.error().message);
  }
  if (!document->is_object()) {
    return Error(ErrorCode::InvalidArgument, "the request is not a JSON object");
  }
  return document;
}

Result<std::string> text_member(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    return std::string();
  }
  if (!found->is_string()) {
    return Error(ErrorCode::InvalidArgument, "\"" + std::string(key) + "\" is not a text");
  }
  return found->get<std::string>();
}

Result<std::optional<double>> number_member(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    return std::optional<double>();
  }
  if (!found->is_number()) {
    return Error(ErrorCode::InvalidArgument, "\"" + std::string(key) + "\" is not a number");
  }
  return std::optional<double>(found->get<double>());
}

http::Response reply(Result<Json> document, int status) {
  return document ? http::json_response(status, *document) : http::error_response(document.error());
}

http::Response reply_nothing(const Result<void>& done) {
  return done ? http::no_content() : http::error_response(done.error());
}

Json time_or_null(std::int64_t ms) {
  return ms == 0 ? Json() : Json(time_text(ms));
}

}  // namespace osler::serve::api::internal
