#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace osler::fhir::resources {

// One page of what a search found.
struct SearchPage {
  std::string base = {};  // "https://osler.example/fhir", without a slash at the end
  std::optional<std::uint64_t> total = {};  // none: they were not all counted
  std::string self = {};                    // whole addresses, with the query as it was applied
  std::optional<std::string> next = {};
  std::optional<std::string> previous = {};
  std::vector<Json> matches;
  std::vector<Json> included;
  std::vector<Json> outcomes;  // OperationOutcomes: what was ignored, and why
};

// Bundle of type searchset (R4 bundle.html#searchset). InvalidArgument: a resource without its type
// or id, or one that stands twice.
[[nodiscard]] Result<Json> searchset(const SearchPage& page);

}  // namespace osler::fhir::resources
