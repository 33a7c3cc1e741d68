#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace osler::serve::http {

// What a handler gives back. The server adds Date, Content-Length, Connection, X-Request-Id and the
// default headers; a header set here stands in a default's place. The body is the first that is set
// of shared_body, file, body.
struct Response {
  int status = 200;
  std::string content_type;  // empty: none
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // one copy for many answers: cached assets
  std::shared_ptr<const std::string> gzip_body;    // shared_body, compressed beforehand
  std::filesystem::path file;  // sent piece by piece as it is; removed by whoever made it
  // The entity tag without quotes (RFC 9110 section 8.8.3): a GET whose If-None-Match names it gets
  // 304 in place of the body.
  std::string etag;
  // May be compressed when it is 1 KiB or more. Not for a body that holds a secret beside what the
  // client wrote: its length would tell the secret (the BREACH attack).
  bool compressible = false;
  // For the server's log alone, with the request's id: why a 500 is one. Names no patient.
  std::string log_note;
};

// A JSON document; compressible.
[[nodiscard]] Response json_response(int status, const Json& document);
[[nodiscard]] Response text_response(int status, std::string content_type, std::string text);
[[nodiscard]] Response no_content();                    // 204
[[nodiscard]] Response redirect(std::string location);  // 303 See Other

// {"error": {"code", "message", "hint"}}; no "hint" where there is none.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view message,
                               std::string_view hint = {});
// The error's code, message and advice with the HTTP status of error_codes.def; Retry-After where a
// second try may help. Of an Internal error the client learns only that there was one: message and
// place go to the log.
[[nodiscard]] Response error_response(const Error& error);

[[nodiscard]] Response unauthenticated(std::string_view message,
                                       std::string_view hint = {});                      // 401
[[nodiscard]] Response forbidden(std::string_view message, std::string_view hint = {});  // 403
[[nodiscard]] Response not_found(std::string_view message = "there is nothing here");    // 404
[[nodiscard]] Response method_not_allowed(std::string_view allow);  // 405; allow: "GET, HEAD"
[[nodiscard]] Response too_large(std::uint64_t most_bytes);         // 413
[[nodiscard]] Response too_many_requests(std::chrono::seconds retry_after);  // 429
[[nodiscard]] Response unavailable(std::string_view message,
                                   std::chrono::seconds retry_after);  // 503

// "Not Found"; "Unknown" for a number that RFC 9110 does not name.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace osler::serve::http
