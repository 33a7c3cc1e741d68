#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace osler::fhir::resources {

// The text of a resource for people (R4 narrative.html): XHTML from words of ours and texts from
// outside, which are escaped and cannot turn the direction of what stands beside them.
class Narrative {
 public:
  void heading(std::string_view words);
  void line(std::string_view words);
  // "label: value"; nothing where there is no value.
  void row(std::string_view label, std::string_view value);
  // Sets {"status": "generated", "div": …} as `text` of the resource.
  void into(Json& resource) const;

 private:
  std::string body_;
};

}  // namespace osler::fhir::resources
