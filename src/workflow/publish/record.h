#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "fhir/resources/served.h"
#include "fhir/search/query.h"
#include "workflow/home.h"

namespace osler::workflow::publish {

// What a search found, on one page.
struct Page {
  std::vector<Json> resources;
  std::optional<std::uint64_t> total;  // none: too many studies to count for one page
  std::optional<fhir::search::Cursor> next;
  std::optional<fhir::search::Cursor> previous;
};

// The home's studies and results as FHIR R4 resources. Ids name rows of the home: "p7" a patient by
// the first of its studies, "s7" a study and its report, "f12" a finding and its provenance, "m…" a
// model version by its package's digest. What is shown to readers is published, and nothing else:
// a model in shadow has no resource.
//
// NotFound: no such resource.
[[nodiscard]] Result<Json> read(Home& home, fhir::resources::Type type, const std::string& id);

// FailedPrecondition: a sort over more studies than can be sorted for one request.
[[nodiscard]] Result<Page> search(Home& home, const fhir::search::Query& query);

}  // namespace osler::workflow::publish
