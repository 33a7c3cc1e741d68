#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Beast's parser leans on <boost/beast/core/error.hpp> and <algorithm>, but does not say so.
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "serve/http/request.h"

namespace osler::serve::http {

// Why a request is turned away before any handler sees it.
struct Refusal {
  int status = 400;
  std::string_view code = "InvalidArgument";
  std::string_view message;
};

struct ParserLimits {
  std::size_t head = std::size_t{64} << 10U;   // bytes of request line and header lines
  std::size_t target = std::size_t{8} << 10U;  // bytes
  std::size_t lines = 100;                     // header lines; trailers too
};

// Beast's reading of one request, and what osler refuses beyond: whatever another server on the way
// might read differently (RFC 9112 section 11.2, request smuggling).
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(const ParserLimits& limits);

  // Feeds at least one byte that follows those fed before. What comes back has been used up; the
  // rest must be given again with more behind it. Stops at the header's end, so that the body can
  // be decided on.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] bool head_done() const { return is_header_done(); }
  [[nodiscard]] bool done() const { return is_done(); }
  // The request is refused; nothing more may be fed.
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

  // Valid once head_done(). A body of that many bytes, or a chunked one, follows.
  [[nodiscard]] std::optional<std::uint64_t> declared_length() const;
  [[nodiscard]] bool has_body() const;
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }

  [[nodiscard]] std::string_view method_text() const { return method_; }
  [[nodiscard]] std::optional<Method> method() const { return known_method_; }
  [[nodiscard]] bool method_is_known() const { return standard_method_; }
  [[nodiscard]] std::string_view target() const { return target_; }
  Headers& headers() { return headers_; }

  // Bytes of the body: appended to `sink` as they come; more than `most` in all are refused.
  void deliver_body(std::string* sink, std::uint64_t most);
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  using verb = boost::beast::http::verb;
  using field = boost::beast::http::field;

  void on_request_impl(verb method, string_view method_text, string_view target, int version,
                       error_code& failed) override;
  void on_response_impl(int code, string_view reason, int version, error_code& failed) override;
  void on_field_impl(field name, string_view text, string_view value, error_code& failed) override;
  void on_header_impl(error_code& failed) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& failed) override;
  std::size_t on_body_impl(string_view bytes, error_code& failed) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions,
                            error_code& failed) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, string_view bytes,
                                 error_code& failed) override;
  void on_finish_impl(error_code& failed) override;

  void refuse(error_code& failed, Refusal why);
  void refuse_unread(const error_code& failed);
  [[nodiscard]] bool is_folded(string_view value) const;
  bool check_single(field name, error_code& failed);
  void take_field(field name, string_view value, error_code& failed);

  ParserLimits limits_;
  Headers headers_;
  std::string method_;
  std::string target_;
  std::string_view bytes_;  // being fed
  std::string* sink_ = nullptr;
  std::optional<Refusal> refusal_;
  std::optional<Method> known_method_;
  std::uint64_t most_body_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t lines_ = 0;
  std::uint32_t seen_ = 0;  // one bit a header that may stand once only
  int version_ = 11;
  bool standard_method_ = false;
  bool in_head_ = true;
  bool expects_continue_ = false;
};

}  // namespace osler::serve::http
