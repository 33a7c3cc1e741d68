#include "fhir/search/internal/values.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fhir/resources/text.h"

namespace osler::fhir::search {
namespace {

constexpr std::array<std::string_view, 9> kPrefixes{"eq", "ne", "lt", "gt", "ge",
                                                    "le", "sa", "eb", "ap"};

bool is_type_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
  });
}

// R4 leaves the width to the server and recommends a tenth of the distance from now.
resources::Span widened(const resources::Span& span, resources::Instant now) {
  const auto distance = span.from > now ? span.from - now : now - span.from;
  const auto more = std::max<std::chrono::milliseconds>(distance / 10, std::chrono::days(1));
  return {span.from - more, span.to + more};
}

}  // namespace

std::vector<std::string> split_unescaped(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text.substr(i, 2);
      ++i;
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (++i == text.size() || std::string_view(",|$\\").find(text[i]) == std::string_view::npos) {
      return std::nullopt;
    }
    plain += text[i];
  }
  return plain;
}

std::optional<Token> token_from(std::string_view text) {
  const auto parts = split_unescaped(text, '|');
  const auto first = unescaped(parts.front());
  const auto last = unescaped(parts.back());
  if (parts.size() > 2 || !first || !last) {
    return std::nullopt;
  }
  if (parts.size() == 1) {
    return first->empty() ? std::nullopt : std::optional(Token{std::nullopt, *first});
  }
  if (first->empty() && last->empty()) {
    return std::nullopt;
  }
  return Token{*first, *last};
}

std::optional<DateBound> date_from(std::string_view text, resources::Instant now) {
  DateBound bound;
  const auto prefix = std::ranges::find(kPrefixes, text.substr(0, 2));
  if (prefix != kPrefixes.end()) {
    bound.prefix = static_cast<Prefix>(prefix - kPrefixes.begin());
    text.remove_prefix(2);
  }
  const auto span = resources::parse_span(text);
  if (!span) {
    return std::nullopt;
  }
  bound.span = bound.prefix == Prefix::Ap ? widened(*span, now) : *span;
  return bound;
}

std::optional<Target> target_from(std::string_view text, const resources::Parameter& parameter,
                                  std::string_view base) {
  const bool absolute = resources::is_web_address(text);
  const bool ours = absolute && !base.empty() && text.starts_with(base) &&
                    text.substr(base.size()).starts_with('/');
  if ((absolute && !ours) || text.starts_with("urn:")) {
    return Target{.elsewhere = true};
  }
  if (ours) {
    text.remove_prefix(base.size() + 1);
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    if (ours || !parameter.target || !resources::is_id(text)) {
      return std::nullopt;
    }
    return Target{.type = std::string(to_string(*parameter.target)), .id = std::string(text)};
  }
  const auto type = text.substr(0, slash);
  const auto id = text.substr(slash + 1);
  if (!is_type_name(type) || !resources::is_id(id)) {
    return std::nullopt;
  }
  return Target{.type = std::string(type), .id = std::string(id)};
}

}  // namespace osler::fhir::search
