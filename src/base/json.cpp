#include "base/json.h"

#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace osler {
namespace {

// Counts depth without building anything, so that hostile nesting costs nothing.
bool deeper_than(std::string_view text, std::size_t limit) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (in_string) {
      if (letter == '\\') {
        ++i;
      } else if (letter == '"') {
        in_string = false;
      }
      continue;
    }
    if (letter == '"') {
      in_string = true;
    } else if (letter == '{' || letter == '[') {
      if (++depth > limit) {
        return true;
      }
    } else if ((letter == '}' || letter == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

Error corrupt(std::string message, std::string_view name) {
  return Error(ErrorCode::DataCorrupt, std::move(message)).at(std::string(name));
}

Error wrong_member(std::string_view key, std::string_view kind) {
  return Error(ErrorCode::DataCorrupt,
               "\"" + std::string(key) + "\" is absent or not " + std::string(kind));
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view name, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return corrupt("larger than the limit of " + std::to_string(limits.bytes) + " bytes", name);
  }
  if (deeper_than(text, limits.depth)) {
    return corrupt("nested deeper than " + std::to_string(limits.depth) + " levels", name);
  }
  std::vector<std::set<std::string>> keys;
  bool repeated = false;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      repeated = !keys.back().insert(parsed.get<std::string>()).second || repeated;
    }
    return true;
  };
  try {
    Json document = Json::parse(text, watch);
    if (repeated) {
      return corrupt("a key is given twice", name);
    }
    return document;
  } catch (const Json::exception&) {
    // The library's message quotes the text, which may be a patient's: not passed on.
    return corrupt("not valid JSON", name);
  }
}

std::string dump_json(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty_json(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::string> json_string(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(std::string(key)) : object.end();
  if (found == object.end() || !found->is_string()) {
    return wrong_member(key, "a text");
  }
  return found->get<std::string>();
}

Result<double> json_number(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(std::string(key)) : object.end();
  if (found == object.end() || !found->is_number()) {
    return wrong_member(key, "a number");
  }
  return found->get<double>();
}

Result<std::int64_t> json_integer(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(std::string(key)) : object.end();
  if (found == object.end() || !found->is_number_integer()) {
    return wrong_member(key, "a whole number");
  }
  return found->get<std::int64_t>();
}

Result<bool> json_bool(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(std::string(key)) : object.end();
  if (found == object.end() || !found->is_boolean()) {
    return wrong_member(key, "true or false");
  }
  return found->get<bool>();
}

}  // namespace osler
