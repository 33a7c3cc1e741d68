#include "fhir/resources/names.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

std::optional<Name> name_of(std::string_view group, Writing writing) {
  std::array<std::string, 5> parts;  // family, given, middle, prefix, suffix
  const auto components = split(group, '^');
  for (std::size_t i = 0; i < std::min(components.size(), parts.size()); ++i) {
    parts.at(i) = clean_code(components[i]);
  }
  if (std::ranges::all_of(parts, &std::string::empty)) {
    return std::nullopt;
  }
  Name name{.writing = writing, .family = parts[0], .prefix = parts[3], .suffix = parts[4]};
  for (const auto& given : {parts[1], parts[2]}) {
    if (!given.empty()) {
      name.given.push_back(given);
    }
  }
  return name;
}

}  // namespace

std::string Name::text() const {
  const std::string first = join(given, " ");
  std::string text = family;
  if (!first.empty()) {
    text += (text.empty() ? "" : ", ") + first;
  }
  for (const auto& title : {prefix, suffix}) {
    if (!title.empty()) {
      text += (text.empty() ? "" : ", ") + title;
    }
  }
  return text;
}

std::vector<Name> names_of(std::string_view person_name) {
  person_name = person_name.substr(0, person_name.find('\\'));
  const auto groups = split(person_name.substr(0, kLongestText), '=');
  std::vector<Name> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(groups.size(), 3); ++i) {
    if (auto name = name_of(groups[i], static_cast<Writing>(i))) {
      names.push_back(*std::move(name));
    }
  }
  return names;
}

}  // namespace osler::fhir::resources
