#pragma once

#include <string_view>

#include "base/json.h"
#include "fhir/resources/served.h"
#include "fhir/search/query.h"

// What a query means, said on the resources themselves: a database that answers it must find the
// same. Slow and simple; the oracle of its tests.
namespace osler::fhir::search {

// Whether the resource is of the query's type and meets all criteria. Codes and identifiers are
// compared letter by letter. A resource without a value meets no criterion on it, `ne` included.
[[nodiscard]] bool matches(const Query& query, const Json& resource);

[[nodiscard]] bool matches(const DateBound& bound, const resources::Span& time);

}  // namespace osler::fhir::search
