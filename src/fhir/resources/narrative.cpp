#include "fhir/resources/internal/narrative.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "fhir/resources/text.h"

namespace osler::fhir::resources {
namespace {

std::string inert(std::string_view text) {
  return escape_html(without_direction_marks(text));
}

}  // namespace

void Narrative::heading(std::string_view words) {
  body_ += "<p><b>" + inert(words) + "</b></p>";
}

void Narrative::line(std::string_view words) {
  if (const auto text = inert(words); !text.empty()) {
    body_ += "<p>" + text + "</p>";
  }
}

void Narrative::row(std::string_view label, std::string_view value) {
  if (const auto text = inert(value); !text.empty()) {
    body_ += "<p>" + inert(label) + ": " + text + "</p>";
  }
}

void Narrative::into(Json& resource) const {
  resource["text"] = {
      {"status", "generated"},
      {"div",
       R"(<div xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">)" + body_ + "</div>"}};
}

}  // namespace osler::fhir::resources
