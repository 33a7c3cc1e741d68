#include "serve/http/internal/encode.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <zlib.h>

#include "base/text.h"

namespace osler::serve::http {
namespace {

constexpr std::size_t kLeastCompressed = 1024;
constexpr std::size_t kMostCompressed = std::size_t{32} << 20U;
constexpr int kLevel = 4;

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && lower(a) == lower(b);
}

// The next element of a comma-separated list, which loses it.
std::string_view next_element(std::string_view& list) {
  const std::size_t end = std::min(list.find(','), list.size());
  const std::string_view element = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

// ";q=0" and ";q=0.000" refuse; anything unreadable does too.
bool weight_is_positive(std::string_view parameters) {
  const std::size_t mark = lower(parameters).find("q=");
  if (mark == std::string::npos) {
    return true;
  }
  const auto weight = parse_number(trim(parameters.substr(mark + 2)));
  return weight && *weight > 0.0;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && code != '\t') || code == 0x7F;
  });
}

bool is_sendable(const std::pair<std::string, std::string>& header) {
  // These are the server's: two of one kind would cut an answer in two.
  constexpr std::array<std::string_view, 4> kOwn{"content-length", "transfer-encoding",
                                                 "connection", "date"};
  return is_token(header.first) && is_field_value(header.second) &&
         std::ranges::find(kOwn, lower(header.first)) == kOwn.end();
}

bool is_tag(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"'; });
}

void compress(Response& response, const Request& request) {
  const bool chosen = accepts_gzip(request.header("Accept-Encoding"));
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!chosen) {
    return;
  }
  if (response.gzip_body != nullptr) {
    response.shared_body = response.gzip_body;
  } else {
    const std::string_view body = body_of(response);
    if (body.size() < kLeastCompressed || body.size() > kMostCompressed) {
      return;
    }
    auto packed = gzip(body, kLevel);
    if (!packed) {
      return;
    }
    response.body = *std::move(packed);
    response.shared_body = nullptr;
  }
  response.headers.emplace_back("Content-Encoding", "gzip");
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::string_view element = next_element(accept_encoding);
    const std::size_t mark = std::min(element.find(';'), element.size());
    const std::string name = lower(trim(element.substr(0, mark)));
    const bool wanted = weight_is_positive(element.substr(mark));
    if (name == "gzip" || name == "x-gzip") {
      return wanted;
    }
    any = any || (name == "*" && wanted);
  }
  return any;
}

bool tag_matches(std::string_view if_none_match, std::string_view opaque_tag) {
  while (!if_none_match.empty()) {
    std::string_view element = next_element(if_none_match);
    if (element == "*") {
      return true;
    }
    element.remove_prefix(element.starts_with("W/") ? 2 : 0);
    if (element.size() >= 2 && element.front() == '"' && element.back() == '"' &&
        element.substr(1, element.size() - 2) == opaque_tag) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> gzip(std::string_view bytes, int level) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib reads, but asks for a pointer that it could write through.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool ended = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return ended ? std::optional(std::move(out)) : std::nullopt;
}

void settle(Response& response, const Request& request) {
  if (!std::ranges::all_of(response.headers, is_sendable) || !is_tag(response.etag) ||
      !is_field_value(response.content_type) || response.status < 200 || response.status > 599) {
    response = error_response(Error(ErrorCode::Internal, "the handler's answer cannot be sent"));
  }
  const bool packs = response.file.empty() &&
                     (response.gzip_body != nullptr ||
                      (response.compressible && body_of(response).size() >= kLeastCompressed));
  const bool reads = request.method == Method::Get || request.method == Method::Head;
  const std::string tag = std::move(response.etag);
  response.etag.clear();
  if (!tag.empty()) {
    // A body compressed here may differ from one version of zlib to the next: a weak tag.
    response.etag = (packs && response.gzip_body == nullptr ? "W/\"" : "\"") + tag + "\"";
    const std::string_view known = request.header("If-None-Match");
    if (reads && response.status == 200 &&
        (tag_matches(known, tag) || tag_matches(known, tag + "-gz"))) {
      response.status = 304;
      response.content_type.clear();
    }
  }
  if (response.status == 304 || response.status == 204) {
    response.body.clear();
    response.shared_body = nullptr;
    response.file.clear();
    if (packs) {
      response.headers.emplace_back("Vary", "Accept-Encoding");
    }
    return;
  }
  if (packs) {
    compress(response, request);
    if (!tag.empty() && response.gzip_body != nullptr &&
        response.shared_body == response.gzip_body) {
      response.etag = "\"" + tag + "-gz\"";
    }
  }
}

DefaultHeaders::DefaultHeaders(bool secure,
                               const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"Cache-Control", "no-store"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
  };
  if (secure) {
    headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  }
  for (const auto& header : more) {
    std::erase_if(headers, [&](const auto& one) { return same_name(one.first, header.first); });
    headers.push_back(header);
  }
  for (auto& [name, value] : headers) {
    std::string line;
    append_line(line, name, value);
    all_ += line;
    lines_.emplace_back(std::move(name), std::move(line));
  }
}

void DefaultHeaders::append(const Response& response, std::string& out) const {
  if (response.headers.empty()) {
    out += all_;
    return;
  }
  for (const auto& [name, line] : lines_) {
    const auto same = [&](const auto& header) { return same_name(header.first, name); };
    if (std::ranges::none_of(response.headers, same)) {
      out += line;
    }
  }
}

void append_head(const Response& response, const HeadFacts& facts, const DefaultHeaders& defaults,
                 std::string& out) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  append_line(out, "Date", facts.date);
  append_line(out, "X-Request-Id", facts.id);
  append_line(out, "Connection", facts.keep_alive ? "keep-alive" : "close");
  if (!response.content_type.empty()) {
    append_line(out, "Content-Type", response.content_type);
  }
  if (response.status != 204 && response.status != 304) {
    out += "Content-Length: ";
    append_number(out, facts.length);
    out += "\r\n";
  }
  if (!response.etag.empty()) {
    append_line(out, "ETag", response.etag);
  }
  for (const auto& [name, value] : response.headers) {
    append_line(out, name, value);
  }
  defaults.append(response, out);
  out += "\r\n";
}

std::string_view body_of(const Response& response) {
  if (response.shared_body != nullptr) {
    return *response.shared_body;
  }
  return response.file.empty() ? std::string_view(response.body) : std::string_view();
}

}  // namespace osler::serve::http
