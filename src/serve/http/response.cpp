#include "serve/http/response.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::serve::http {
namespace {

constexpr std::chrono::seconds kTryAgain{5};

Response with_retry(Response response, std::chrono::seconds after) {
  response.headers.emplace_back("Retry-After",
                                std::to_string(std::max<std::int64_t>(1, after.count())));
  return response;
}

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

}  // namespace

Response json_response(int status, const Json& document) {
  return {.status = status,
          .content_type = "application/json",
          .body = dump_json(document),
          .compressible = true};
}

Response text_response(int status, std::string content_type, std::string text) {
  return {.status = status,
          .content_type = std::move(content_type),
          .body = std::move(text),
          .compressible = true};
}

Response no_content() {
  return {.status = 204};
}

Response redirect(std::string location) {
  Response made{.status = 303};
  made.headers.emplace_back("Location", std::move(location));
  return made;
}

Response problem(int status, std::string_view code, std::string_view message,
                 std::string_view hint) {
  Json error{{"code", code}, {"message", message}};
  if (!hint.empty()) {
    error["hint"] = hint;
  }
  return json_response(status, Json{{"error", std::move(error)}});
}

Response error_response(const Error& error) {
  if (error.code == ErrorCode::Internal) {
    Response made = problem(500, to_string(error.code), "the server could not do this",
                            "tell whoever runs it, with the X-Request-Id of this answer");
    made.log_note = error.where.empty() ? error.message : error.where + ": " + error.message;
    return made;
  }
  Response made =
      problem(http_status(error.code), to_string(error.code), error.message, error.advice);
  return may_retry(error.code) ? with_retry(std::move(made), kTryAgain) : made;
}

Response unauthenticated(std::string_view message, std::string_view hint) {
  return problem(401, "Unauthenticated", message, hint);
}

Response forbidden(std::string_view message, std::string_view hint) {
  return problem(403, to_string(ErrorCode::PermissionDenied), message, hint);
}

Response not_found(std::string_view message) {
  return problem(404, to_string(ErrorCode::NotFound), message);
}

Response method_not_allowed(std::string_view allow) {
  Response made = problem(405, "MethodNotAllowed", "this method is not offered here",
                          "the Allow header says which are");
  made.headers.emplace_back("Allow", allow);
  return made;
}

Response too_large(std::uint64_t most_bytes) {
  return problem(413, "TooLarge", "the body is larger than this route takes",
                 "send at most " + human_bytes(most_bytes));
}

Response too_many_requests(std::chrono::seconds retry_after) {
  return with_retry(
      problem(429, "TooManyRequests", "too many requests", "wait as long as Retry-After says"),
      retry_after);
}

Response unavailable(std::string_view message, std::chrono::seconds retry_after) {
  return with_retry(problem(503, to_string(ErrorCode::Unavailable), message,
                            "try again after as many seconds as Retry-After says"),
                    retry_after);
}

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Unknown" : found->phrase;
}

}  // namespace osler::serve::http
