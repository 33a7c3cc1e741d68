#pragma once

#include <cstddef>
#include <cstdint>

#include "base/json.h"
#include "base/result.h"
#include "dataset/catalogue.h"
#include "workflow/home.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling {

struct FinishOptions {
  bool leave_out_unanswered = false;  // films that a reader has not answered; else they must be
};

struct Finished {
  dataset::Version version;
  std::size_t films = 0;
  std::size_t left_out = 0;   // that a reader did not answer
  std::size_t unsettled = 0;  // labels that stay open because the adjudicator was unsure
};

// Closes the project: a new version of the same data set with the project's films. Their bytes,
// attributes, split and other labels are those of the version that the project was drawn from; each
// finding becomes a label, "1" or "0", or none where the adjudicator is unsure; and the history of
// each label keeps every reader's newest answer with its time and box, and how they came to one.
// The version, the project's end and the audit records stand together or not at all.
// PermissionDenied: does not manage. NotFound: no such project. FailedPrecondition: it is closed; a
// reader has not answered every film; a disagreement is not settled; no film would be left.
[[nodiscard]] Result<Finished> finish(Home& home, std::int64_t project, const Viewer& who,
                                      const FinishOptions& options = {});

// {"dataset": "name@ab12cd34", "version", "digest", "films", "left_out", "unsettled"}.
[[nodiscard]] Json to_json(const Finished& finished);

}  // namespace osler::workflow::labelling
