#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "evaluate/metrics/estimate.h"
#include "workflow/home.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling {

// Of the films that both readers answered, by their newest answers.
struct FindingAgreement {
  FindingName finding;
  // Cohen's kappa over the films of which both readers were sure. A film of which one was not is no
  // agreement and no disagreement here: it is counted in `unsure`. Leaving those out flatters
  // readers who are unsure where it is hard.
  evaluate::metrics::Estimate kappa;
  // The same with unsure as a third answer, so that both can be seen side by side.
  evaluate::metrics::Estimate kappa_with_unsure;
  std::size_t both_present = 0;
  std::size_t only_first = 0;  // present by the first reader of the project, absent by the second
  std::size_t only_second = 0;
  std::size_t both_absent = 0;
  std::size_t unsure = 0;  // one of them or both
  std::size_t films = 0;   // that both answered
};

// A finding of a film on which the readers differ, or of which one is unsure.
struct Disagreement {
  std::int64_t item = 0;
  std::string finding;
  std::array<Answer, 2> answers{};  // in the order in which the adjudicator sees them
  std::optional<Answer> settled;
};

struct Agreement {
  std::vector<FindingAgreement> findings;
  std::vector<Disagreement> disagreements;
};

// PermissionDenied: who may not see both readers' answers (sees_both_readers). NotFound: no such
// project.
[[nodiscard]] Result<Agreement> agreement(Home& home, std::int64_t project, const Viewer& who);

// {"findings": [{"code", "label", "kappa", "kappa_why", "kappa_with_unsure", "table", "films"}],
// "disagreements": [{"item", "number", "finding", "answers", "settled"}]}. "kappa" is null where it
// is not estimable, and "kappa_why" then says why; also where it has no interval (lower and upper
// are then null).
[[nodiscard]] Json to_json(const Agreement& agreement);

}  // namespace osler::workflow::labelling
