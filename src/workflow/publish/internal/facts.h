#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "fhir/resources/facts.h"
#include "workflow/home.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::publish::internal {

// One study with all that is published of it.
struct StudyRecord {
  reading::StudyFacts row;
  fhir::resources::Patient patient;
  fhir::resources::Study study;
  fhir::resources::Report report;  // its findings with their models
};

// NotFound: no such study. `number`: as in the home.
[[nodiscard]] Result<StudyRecord> load_study(Home& home, std::int64_t number);

// Every model version that ever said something to a reader, or is in service.
[[nodiscard]] Result<std::vector<fhir::resources::Model>> load_models(Home& home);

[[nodiscard]] std::string model_id(const std::string& digest);
[[nodiscard]] fhir::resources::Instant instant(std::int64_t ms);

}  // namespace osler::workflow::publish::internal
