#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/http/request.h"
#include "serve/http/response.h"

namespace osler::serve::http {

// Whether an Accept-Encoding header takes gzip (RFC 9110 section 12.5.3); absent means no.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);
// Whether If-None-Match names this tag, weakly compared (RFC 9110 section 13.1.2).
[[nodiscard]] bool tag_matches(std::string_view if_none_match, std::string_view opaque_tag);
// RFC 1952; level 1 to 9. Nothing where zlib has no memory.
[[nodiscard]] std::optional<std::string> gzip(std::string_view bytes, int level);

// Makes an answer ready to be sent to this request, whatever costs time: 304 where the client has
// it already, compression, the tag as it is written. An answer with a header line that cannot be
// sent (a line break in it, or one of the server's own) becomes a 500.
void settle(Response& response, const Request& request);

// Header lines that each answer carries unless it has one of that name.
class DefaultHeaders {
 public:
  DefaultHeaders(bool secure, const std::vector<std::pair<std::string, std::string>>& more);
  void append(const Response& response, std::string& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;  // name; the whole line
  std::string all_;
};

struct HeadFacts {
  std::string_view date;
  std::string_view id;
  std::uint64_t length = 0;  // of the body
  bool keep_alive = true;
};
// Status line and header of a settled answer, with the empty line.
void append_head(const Response& response, const HeadFacts& facts, const DefaultHeaders& defaults,
                 std::string& out);

// The body in memory; empty where it is a file.
[[nodiscard]] std::string_view body_of(const Response& response);

}  // namespace osler::serve::http
