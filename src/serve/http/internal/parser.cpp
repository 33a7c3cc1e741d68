#include "serve/http/internal/parser.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "base/text.h"

namespace osler::serve::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

std::string_view plain(beast::string_view text) {
  return {text.data(), text.size()};
}

// Two of these would let two readers of one request come to two minds.
constexpr std::array kSingle{field::host,          field::content_length, field::transfer_encoding,
                             field::authorization, field::cookie,         field::content_type,
                             field::origin,        field::expect,         field::content_encoding};

std::optional<Method> spoken(beast::http::verb method) {
  switch (method) {
    case beast::http::verb::get:
      return Method::Get;
    case beast::http::verb::head:
      return Method::Head;
    case beast::http::verb::post:
      return Method::Post;
    case beast::http::verb::put:
      return Method::Put;
    case beast::http::verb::delete_:
      return Method::Delete;
    default:
      return std::nullopt;
  }
}

// RFC 9110 section 7.2, without a user's name: a name, an address, or [an IPv6 address]; a port.
bool is_host(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, allowed);
}

bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code > 0x20 && code < 0x7F;
  });
}

}  // namespace

RequestParser::RequestParser(const ParserLimits& limits) : limits_(limits) {
  // The limit is the route's, see deliver_body(). "None" will not do: Beast 1.74 takes it for less
  // than any length.
  body_limit(std::numeric_limits<std::uint64_t>::max());
  header_limit(static_cast<std::uint32_t>(limits.head));
}

std::size_t RequestParser::feed(std::string_view bytes) {
  bytes_ = bytes;
  std::size_t used = 0;
  while (used < bytes.size() && !refusal_ && !is_done()) {
    const bool had_head = is_header_done();
    error_code failed;
    const std::size_t step =
        put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), failed);
    used += step;
    head_bytes_ += had_head ? 0 : step;
    if (failed == beast::http::error::need_more) {
      if (!had_head && head_bytes_ + (bytes.size() - used) >= limits_.head) {
        refusal_ = Refusal{431, "HeaderTooLarge", "the request's header is too large"};
      }
      break;
    }
    if (failed && !refusal_) {
      refuse_unread(failed);
    }
    if (!had_head && is_header_done()) {
      break;
    }
  }
  return used;
}

std::optional<std::uint64_t> RequestParser::declared_length() const {
  const auto length = content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

bool RequestParser::has_body() const {
  return chunked() || declared_length().value_or(0) > 0;
}

void RequestParser::deliver_body(std::string* sink, std::uint64_t most) {
  sink_ = sink;
  most_body_ = most;
}

void RequestParser::refuse(error_code& failed, Refusal why) {
  refusal_ = why;
  failed = beast::http::error::bad_value;
}

// What Beast itself found.
void RequestParser::refuse_unread(const error_code& failed) {
  if (failed == beast::http::error::header_limit) {
    refusal_ = Refusal{431, "HeaderTooLarge", "the request's header is too large"};
  } else if (failed == beast::http::error::bad_version) {
    refusal_ = Refusal{505, "VersionNotSupported", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  } else if (failed == beast::http::error::bad_content_length ||
             failed == beast::http::error::bad_transfer_encoding) {
    refusal_ = Refusal{.message = "the request's length is stated wrongly or twice"};
  } else if (is_header_done()) {
    refusal_ = Refusal{.message = "the request's chunks cannot be read"};
  } else {
    refusal_ = Refusal{.message = "the request cannot be read"};
  }
}

void RequestParser::on_request_impl(verb method, string_view method_text, string_view target,
                                    int version, error_code& failed) {
  if (target.size() > limits_.target) {
    return refuse(failed, {414, "TargetTooLong", "the request's target is too long"});
  }
  if (!is_target(plain(target))) {
    return refuse(failed, {.message = "the request's target has a character that must be encoded"});
  }
  standard_method_ = method != verb::unknown;
  known_method_ = spoken(method);
  method_.assign(plain(method_text).substr(0, 16));
  target_.assign(plain(target));
  version_ = version;
}

void RequestParser::on_response_impl(int /*code*/, string_view /*reason*/, int /*version*/,
                                     error_code& failed) {
  failed = beast::http::error::bad_version;
}

// Beast unfolds a value into a place of its own; one that stands on one line stays where it came.
bool RequestParser::is_folded(string_view value) const {
  const std::less<const char*> before;
  return !value.empty() && (before(value.data(), bytes_.data()) ||
                            !before(value.data(), bytes_.data() + bytes_.size()));
}

bool RequestParser::check_single(field name, error_code& failed) {
  const auto* const place = std::ranges::find(kSingle, name);
  if (place == kSingle.end()) {
    return true;
  }
  const std::uint32_t bit = 1U << static_cast<std::uint32_t>(place - kSingle.begin());
  if ((seen_ & bit) != 0) {
    refuse(failed, {.message = "a header stands twice that may stand once"});
    return false;
  }
  seen_ |= bit;
  return true;
}

void RequestParser::take_field(field name, string_view value, error_code& failed) {
  if (name == field::content_length &&
      !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
    // Beast takes "5, 5" for 5.
    return refuse(failed, {.message = "the request's length is stated wrongly or twice"});
  }
  if (name == field::transfer_encoding) {
    if (version_ < 11 || lower(plain(value)) != "chunked") {
      return refuse(failed,
                    {501, "NotSupported", "the only transfer encoding here is \"chunked\""});
    }
  }
  if (name == field::host && !is_host(plain(value))) {
    return refuse(failed, {.message = "the Host header is not a host"});
  }
  if (name == field::expect) {
    if (lower(plain(value)) != "100-continue") {
      return refuse(failed, {417, "ExpectationFailed", "only 100-continue can be expected here"});
    }
    expects_continue_ = version_ >= 11;
  }
}

void RequestParser::on_field_impl(field name, string_view text, string_view value,
                                  error_code& failed) {
  if (++lines_ > limits_.lines) {
    return refuse(failed, {431, "HeaderTooLarge", "the request has too many header lines"});
  }
  if (!in_head_) {
    return;  // a trailer: read, bounded, and dropped (RFC 9110 section 6.5.1)
  }
  if (is_folded(value)) {
    return refuse(failed, {.message = "a header line is folded"});  // RFC 9112 section 5.2
  }
  if (!check_single(name, failed)) {
    return;
  }
  take_field(name, value, failed);
  if (!failed) {
    headers_.add(plain(text), plain(value));
  }
}

void RequestParser::on_header_impl(error_code& failed) {
  in_head_ = false;
  lines_ = 0;
  if (version_ >= 11 && !headers_.contains("Host")) {
    refuse(failed, {.message = "the request has no Host header"});
  }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                                      error_code& /*failed*/) {}

std::size_t RequestParser::on_body_impl(string_view bytes, error_code& failed) {
  if (bytes.size() > most_body_ - body_bytes_) {
    refuse(failed, {413, "TooLarge", "the body is larger than this route takes"});
    return 0;
  }
  body_bytes_ += bytes.size();
  if (sink_ != nullptr) {
    sink_->append(bytes.data(), bytes.size());
  }
  return bytes.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view extensions,
                                         error_code& failed) {
  if (size > most_body_ - body_bytes_) {
    return refuse(failed, {413, "TooLarge", "the body is larger than this route takes"});
  }
  // Nobody needs them, and many of them cost time without a byte of body (CVE-2023-39326's way).
  if (extensions.size() > 256) {
    refuse(failed, {.message = "the request's chunks cannot be read"});
  }
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t /*left*/, string_view bytes,
                                              error_code& failed) {
  return on_body_impl(bytes, failed);
}

void RequestParser::on_finish_impl(error_code& /*failed*/) {}

}  // namespace osler::serve::http
