#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "fhir/resources/outcome.h"
#include "fhir/resources/text.h"
#include "fhir/search/cursor.h"
#include "fhir/search/internal/values.h"
#include "fhir/search/query.h"

namespace osler::fhir::search {
namespace {

using resources::Kind;
using resources::Parameter;

constexpr std::size_t kMostParameters = 64;
constexpr std::size_t kMostValues = 100;
constexpr std::size_t kLongestValue = 8192;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') ||
           std::string_view("_-.:").find(letter) != std::string_view::npos;
  });
}

Error wrong(std::string_view name, std::string_view why, std::string_view advice = {}) {
  Error error(ErrorCode::InvalidArgument,
              "search parameter \"" + std::string(name) + "\" " + std::string(why));
  return std::move(error).hint(std::string(advice));
}

std::string known_names(resources::Type type) {
  std::vector<std::string> names;
  for (const Parameter& parameter : resources::parameters(type)) {
    names.emplace_back(parameter.name);
  }
  return "it has " + join(names, ", ");
}

// Why a name is not one that this type can be searched by.
Error unknown(resources::Type type, std::string_view name) {
  const std::size_t end = name.find_first_of(":.");
  if (end != std::string_view::npos && find_parameter(type, name.substr(0, end)) != nullptr) {
    return wrong(name, name[end] == ':' ? "has a modifier, and none is supported"
                                        : "is a chain, and none is supported");
  }
  return wrong(name, "is not one of " + std::string(to_string(type)), known_names(type));
}

class Parser {
 public:
  Parser(resources::Type type, const Options& options) : options_(options) { query_.type = type; }

  Result<void> take(const std::string& name, const std::string& raw) {
    if (!is_name(name)) {
      return Error(ErrorCode::InvalidArgument, "a search parameter has a name that is none");
    }
    const std::string value(trim(raw));
    if (value.size() > kLongestValue) {
      return wrong(name, "is longer than 8,192 bytes");
    }
    if (!resources::is_plain_text(value)) {
      return wrong(name, "holds bytes that are no text");
    }
    if (is_control(name)) {
      if (!seen_.insert(name).second) {
        return wrong(name, "stands twice");
      }
      return value.empty() ? wrong(name, "has no value") : take_control(name, value);
    }
    const Parameter* parameter = find_parameter(query_.type, name);
    if (parameter == nullptr) {
      if (options_.handling == Handling::Strict) {
        return unknown(query_.type, name);
      }
      query_.ignored.push_back(name);
      return {};
    }
    return take_criterion(*parameter, value);
  }

  Query done() && { return std::move(query_); }

 private:
  static bool is_control(std::string_view name) {
    return name == "_count" || name == "_cursor" || name == "_sort" || name == "_summary" ||
           name == "_format" || name == "_total";
  }

  Result<void> take_control(const std::string& name, const std::string& value) {
    if (name == "_count") {
      return take_count(value);
    }
    if (name == "_sort") {
      return take_sort(value);
    }
    if (name == "_cursor") {
      query_.cursor = cursor_from(value);
      return query_.cursor
                 ? Result<void>()
                 : wrong(name, "is not one that this server gave", "follow the links of a page");
    }
    if (name == "_summary") {
      if (value != "count" && value != "false") {
        return wrong(name, "can be count or false only");
      }
      query_.count_only = query_.count_only || value == "count";
      query_.applied.emplace_back(name, value);
      return {};
    }
    if (name == "_total") {
      // Every page says the accurate total, whichever was asked for.
      return value == "none" || value == "estimate" || value == "accurate"
                 ? Result<void>()
                 : wrong(name, "can be none, estimate or accurate");
    }
    return take_format(value);
  }

  Result<void> take_format(std::string value) {
    std::ranges::replace(value, ' ', '+');  // a plus that the client did not encode
    if (value != "json" && value != "application/json" && value != "application/fhir+json") {
      return Error(ErrorCode::NotSupported, "only JSON is served").at("_format");
    }
    query_.applied.emplace_back("_format", value);
    return {};
  }

  Result<void> take_count(const std::string& value) {
    const auto count = parse_integer(value);
    if (!count || *count < 0) {
      return wrong("_count", "is not a whole number from 0 on");
    }
    query_.count_only = query_.count_only || *count == 0;
    query_.count = std::clamp<std::size_t>(static_cast<std::size_t>(*count), 1, kMostCount);
    query_.applied.emplace_back("_count", std::to_string(*count == 0 ? 0 : query_.count));
    return {};
  }

  Result<void> take_sort(const std::string& value) {
    const bool descending = value.starts_with('-');
    const auto* parameter =
        find_parameter(query_.type, std::string_view(value).substr(descending ? 1 : 0));
    if (parameter == nullptr || !parameter->sortable) {
      return wrong("_sort", "names no parameter that can be sorted by",
                   "one of: " + sortable_names() + "; with - before it, from the last on");
    }
    query_.sort = Sort{.parameter = parameter, .descending = descending};
    query_.applied.emplace_back("_sort", value);
    return {};
  }

  [[nodiscard]] std::string sortable_names() const {
    std::vector<std::string> names;
    for (const Parameter& parameter : resources::parameters(query_.type)) {
      if (parameter.sortable) {
        names.emplace_back(parameter.name);
      }
    }
    return join(names, ", ");
  }

  Result<void> take_criterion(const Parameter& parameter, const std::string& value) {
    const auto values = split_unescaped(value, ',');
    if (values.size() > kMostValues) {
      return wrong(parameter.name, "has more than 100 values");
    }
    Criterion criterion{.parameter = &parameter};
    bool good = true;
    const auto collect = [&](auto read) {
      std::vector<typename decltype(read(std::string()))::value_type> all;
      for (const auto& one : values) {
        auto found = read(one);
        good = good && found.has_value();
        if (found) {
          all.push_back(*std::move(found));
        }
      }
      criterion.any_of = std::move(all);
    };
    switch (parameter.kind) {
      case Kind::Token:
        collect([](const std::string& one) { return token_from(one); });
        break;
      case Kind::Date:
        collect([&](const std::string& one) { return date_from(one, options_.now); });
        break;
      case Kind::Reference:
        collect([&](const std::string& one) { return target_from(one, parameter, options_.base); });
        break;
    }
    if (!good) {
      return wrong(parameter.name, expected(parameter.kind));
    }
    query_.applied.emplace_back(parameter.name, value);
    query_.criteria.push_back(std::move(criterion));
    return {};
  }

  static std::string_view expected(Kind kind) {
    switch (kind) {
      case Kind::Token:
        return "has a value that is not code, system|code, |code or system|";
      case Kind::Date:
        return "has a value that is not a date, as ge2026-11 or 2026-11-18T14:20:00Z";
      case Kind::Reference:
        break;
    }
    return "has a value that is not an id, Type/id or the address of a resource";
  }

  const Options& options_;
  Query query_;
  std::set<std::string> seen_;
};

}  // namespace

Result<Query> parse(resources::Type type,
                    std::span<const std::pair<std::string, std::string>> pairs,
                    const Options& options) {
  if (pairs.size() > kMostParameters) {
    return Error(ErrorCode::InvalidArgument, "the search has more than 64 parameters");
  }
  Parser parser(type, options);
  for (const auto& [name, value] : pairs) {
    OSLER_TRY_DO(parser.take(name, value));
  }
  return std::move(parser).done();
}

std::string page_address(const Query& query, std::string_view base,
                         const std::optional<Cursor>& cursor) {
  std::string address = std::string(base) + "/" + std::string(to_string(query.type));
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    address += separator + std::string(name) + "=" + resources::percent_encoded(value);
    separator = '&';
  };
  for (const auto& [name, value] : query.applied) {
    add(name, value);
  }
  if (cursor) {
    add("_cursor", to_text(*cursor));
  }
  return address;
}

std::vector<Json> outcomes_of(const Query& query) {
  std::vector<resources::Issue> issues;
  issues.reserve(query.ignored.size());
  for (const auto& name : query.ignored) {
    issues.push_back({.severity = resources::Severity::Warning,
                      .code = "not-supported",
                      .text = "search parameter \"" + name +
                              "\" was ignored: the page holds more "
                              "than was asked for"});
  }
  if (issues.empty()) {
    return {};
  }
  return {resources::operation_outcome(issues)};
}

}  // namespace osler::fhir::search
