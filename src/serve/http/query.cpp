#include "serve/http/query.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace osler::serve::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

Error bad(const char* message) {
  return {ErrorCode::InvalidArgument, message};
}

// Appends to `out`; false where the encoding is wrong or means NUL.
bool decode_into(std::string_view text, Plus plus, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
      if (low < 0) {
        return false;
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == Plus::Blank) {
      c = ' ';
    }
    if (c == '\0') {
      return false;
    }
    out.push_back(c);
  }
  return true;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_control(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code < 0x20 || code == 0x7F;
}

Result<void> parse_query_into(std::string_view text, std::size_t most, Pairs& into) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) {
      continue;
    }
    if (into.size() == most) {
      return bad("too many parameters");
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto& [name, value] = into.emplace_back();
    const std::string_view after = pair.substr(std::min(equals + 1, pair.size()));
    if (!decode_into(pair.substr(0, equals), Plus::Blank, name) ||
        !decode_into(after, Plus::Blank, value) || !is_utf8(name) || !is_utf8(value)) {
      return bad("a parameter is not encoded rightly");
    }
  }
  return {};
}

// "http://host/path" names its host once more; both must agree, or a proxy and this server would
// act on different ones (RFC 9112 section 3.2.2).
Result<std::string_view> origin_form(std::string_view target, std::string_view host) {
  if (target.starts_with('/')) {
    return target;
  }
  const std::size_t scheme = target.find("://");
  const std::string name = lower(target.substr(0, std::min(scheme, target.size())));
  if (scheme == std::string_view::npos || (name != "http" && name != "https")) {
    return bad("the request's target is not a path");
  }
  const std::string_view rest = target.substr(scheme + 3);
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  if (slash == 0 || lower(rest.substr(0, slash)) != lower(host)) {
    return bad("the request's target names another host than its Host header");
  }
  return slash == rest.size() || rest[slash] == '?' ? bad("the request's target has no path")
                                                    : Result<std::string_view>(rest.substr(slash));
}

// Every rule on a path that has been cut at '/' but not decoded.
Result<void> append_segment(std::string_view raw, std::string& path) {
  const std::size_t begin = path.size() + 1;
  path.push_back('/');
  if (!decode_into(raw, Plus::Plus, path)) {
    return bad("the path is not encoded rightly");
  }
  const std::string_view segment = std::string_view(path).substr(begin);
  if (segment.empty() || segment == "." || segment == "..") {
    return bad("the path has an empty segment, \".\" or \"..\"");
  }
  const auto forbidden = [](char c) { return c == '/' || c == '\\' || is_control(c); };
  if (std::ranges::any_of(segment, forbidden)) {
    return bad("the path has a character that no path may have");
  }
  return {};
}

}  // namespace

const std::string* first_value(const Pairs& pairs, std::string_view name) {
  const auto found =
      std::ranges::find_if(pairs, [&](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? nullptr : &found->second;
}

Result<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  if (!decode_into(text, plus, out) || !is_utf8(out)) {
    return bad("the text is not encoded rightly");
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_plain(c)) {
      out.push_back(c);
    } else {
      const auto code = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[code >> 4U]);
      out.push_back(kDigits[code & 15U]);
    }
  }
  return out;
}

Result<Pairs> parse_query(std::string_view text, std::size_t most) {
  Pairs pairs;
  OSLER_TRY_DO(parse_query_into(text, most, pairs));
  return pairs;
}

Result<Target> parse_target(std::string_view target, std::string_view host) {
  Target made;
  OSLER_TRY_DO(parse_target(target, host, made));
  return made;
}

Result<void> parse_target(std::string_view target, std::string_view host, Target& into) {
  into.path.clear();
  into.query.clear();
  if (target.find('#') != std::string_view::npos) {
    return bad("the request's target has a fragment");
  }
  OSLER_TRY(const std::string_view whole, origin_form(target, host));
  const std::size_t mark = std::min(whole.find('?'), whole.size());
  std::string_view rest = whole.substr(1, mark - 1);
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
    if (rest.empty()) {
      return bad("the path has an empty segment, \".\" or \"..\"");
    }
  }
  if (rest.empty()) {
    into.path = "/";
  }
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    OSLER_TRY_DO(append_segment(rest.substr(0, slash), into.path));
    if (slash + 1 == rest.size()) {
      return bad("the path has an empty segment, \".\" or \"..\"");
    }
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  if (!is_utf8(into.path)) {
    return bad("the path is not encoded rightly");
  }
  return parse_query_into(whole.substr(std::min(mark + 1, whole.size())), kMostParameters,
                          into.query);
}

bool is_utf8(std::string_view text) {
  // The least code point that needs 2, 3 and 4 bytes.
  constexpr std::array<char32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      continue;
    }
    const std::size_t more = lead >= 0xF0 ? 3U : lead >= 0xE0 ? 2U : 1U;
    if (lead < 0xC2 || lead > 0xF4 || i + more >= text.size()) {
      return false;
    }
    char32_t code = lead & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) {
        return false;
      }
      code = (code << 6U) | (next & 0x3FU);
    }
    if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
    i += more;
  }
  return true;
}

}  // namespace osler::serve::http
