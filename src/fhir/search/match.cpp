#include "fhir/search/match.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::fhir::search {
namespace {

using resources::Instant;
using resources::Span;

void collect(const Json& node, std::span<const std::string> path, std::vector<const Json*>& found) {
  if (node.is_array()) {
    for (const Json& item : node) {
      collect(item, path, found);
    }
  } else if (path.empty()) {
    found.push_back(&node);
  } else if (const auto next = node.find(path.front()); next != node.end()) {
    collect(*next, path.subspan(1), found);
  }
}

// The elements at any of the parameter's paths, lists taken apart.
std::vector<const Json*> values_at(const Json& resource, std::string_view paths) {
  std::vector<const Json*> found;
  for (const auto& path : split(paths, '|')) {
    collect(resource, split(path, '.'), found);
  }
  return found;
}

std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                     : std::nullopt;
}

bool is_token(const Token& token, const std::optional<std::string>& system,
              const std::optional<std::string>& code) {
  const bool right_system = !token.system || *token.system == system.value_or("");
  return right_system && (token.code.empty() || token.code == code);
}

// A code, an Identifier, a Coding or a CodeableConcept.
bool matches(const Token& token, const Json& node, std::string_view implied_system) {
  if (node.is_string()) {
    return is_token(token, std::string(implied_system), node.get<std::string>());
  }
  if (!node.is_object()) {
    return false;
  }
  if (const auto list = node.find("coding"); list != node.end() && list->is_array()) {
    return std::ranges::any_of(
        *list, [&](const Json& one) { return matches(token, one, implied_system); });
  }
  const auto code = text_of(node, "code");
  return is_token(token, text_of(node, "system"), code ? code : text_of(node, "value"));
}

// A date, a dateTime, an instant or a Period; an open end is as far as time goes.
std::optional<Span> span_of(const Json& node) {
  if (node.is_string()) {
    return resources::parse_span(node.get<std::string>());
  }
  if (!node.is_object()) {
    return std::nullopt;
  }
  const auto read = [&](const char* key) {
    const auto text = text_of(node, key);
    return text ? resources::parse_span(*text) : std::nullopt;
  };
  const auto start = read("start");
  const auto end = read("end");
  if (!start && !end) {
    return std::nullopt;
  }
  return Span{start ? start->from : Instant::min(), end ? end->to : Instant::max()};
}

bool matches(const Target& target, const Json& node) {
  if (!node.is_object() || target.elsewhere) {
    return false;
  }
  return text_of(node, "reference") == target.type + "/" + target.id;
}

bool meets(const Criterion& criterion, const Json& resource) {
  const auto values = values_at(resource, criterion.parameter->path);
  const auto any = [&](const auto& wanted, const auto& compare) {
    return std::ranges::any_of(wanted, [&](const auto& one) {
      return std::ranges::any_of(values, [&](const Json* value) { return compare(one, *value); });
    });
  };
  if (const auto* tokens = std::get_if<std::vector<Token>>(&criterion.any_of)) {
    return any(*tokens, [&](const Token& one, const Json& value) {
      return matches(one, value, criterion.parameter->implied_system);
    });
  }
  if (const auto* dates = std::get_if<std::vector<DateBound>>(&criterion.any_of)) {
    return any(*dates, [](const DateBound& one, const Json& value) {
      const auto span = span_of(value);
      return span && matches(one, *span);
    });
  }
  return any(std::get<std::vector<Target>>(criterion.any_of),
             [](const Target& one, const Json& value) { return matches(one, value); });
}

}  // namespace

bool matches(const DateBound& bound, const Span& time) {
  const auto& [from, to] = bound.span;
  const bool within = from <= time.from && time.to <= to;
  switch (bound.prefix) {
    case Prefix::Eq:
      return within;
    case Prefix::Ne:
      return !within;
    case Prefix::Lt:
      return time.from < from;
    case Prefix::Gt:
      return time.to > to;
    case Prefix::Ge:
      return time.to > from;
    case Prefix::Le:
      return time.from < to;
    case Prefix::Sa:
      return time.from >= to;
    case Prefix::Eb:
      return time.to <= from;
    case Prefix::Ap:
      break;
  }
  return time.from < to && time.to > from;
}

bool matches(const Query& query, const Json& resource) {
  const auto type = json_string(resource, "resourceType");
  return type && *type == to_string(query.type) &&
         std::ranges::all_of(query.criteria,
                             [&](const Criterion& one) { return meets(one, resource); });
}

}  // namespace osler::fhir::search
