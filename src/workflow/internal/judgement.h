#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "deploy/gates/gates.h"
#include "evaluate/calibration/operating_point.h"
#include "evaluate/report/report.h"
#include "infer/engine/session.h"
#include "workflow/home.h"
#include "workflow/internal/scores.h"
#include "workflow/internal/subject.h"

namespace osler::workflow::internal {

// What the validation and test films say about a network.
struct Judgement {
  PartRows validation;
  PartRows test;
  Scores validation_scores;
  Scores test_scores;
  evaluate::calibration::FittedScoreMap fitted;
  evaluate::report::Report report;
  std::vector<deploy::gates::Gate> gates;
  std::filesystem::path predictions;
};

// Scores both parts, calibrates on validation, evaluates on test, judges by the study's gates, and
// writes predictions.csv, validation.csv, report.json and report.html into the run's folder.
[[nodiscard]] Result<Judgement> judge(Home& home, const Subject& subject,
                                      const infer::engine::Session& session, Progress& progress);

// The header fields of each film, as the metadata-only baseline sees them: all attributes but those
// that name the film and those `without`.
[[nodiscard]] std::vector<evaluate::baseline::Field> header_fields(
    const dataset::Manifest& manifest, std::span<const std::string> without);

// The subgroup's value of a film; age_band is worked out from the age.
[[nodiscard]] std::string subgroup_of(const dataset::Item& item, const std::string& column);

}  // namespace osler::workflow::internal
