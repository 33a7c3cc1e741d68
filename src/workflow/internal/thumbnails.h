#pragma once

#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "dataset/manifest.h"
#include "evaluate/report/report.h"
#include "workflow/home.h"

namespace osler::workflow::internal {

// The films whose calibrated probability is furthest from their label, with small pictures.
[[nodiscard]] Result<std::vector<evaluate::report::WorstCase>> worst_cases(
    Home& home, const dataset::Manifest& manifest,
    const evaluate::report::PredictionTable& predictions);

// RFC 4648, with padding.
[[nodiscard]] std::string base64(BytesView bytes);

}  // namespace osler::workflow::internal
