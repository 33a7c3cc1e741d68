#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "serve/api/internal/context.h"
#include "workflow/reading/decide.h"
#include "workflow/reading/films.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/worklist.h"

namespace osler::serve::api::internal {

// What worklist and study page say alike of a study.
[[nodiscard]] Json study_document(const workflow::reading::StudyFacts& study,
                                  const workflow::Configuration& configuration, std::int64_t now);
// One image; `at` is the address below which its pixels and thumbnail lie.
[[nodiscard]] Json image_document(const workflow::reading::FilmFacts& film, const std::string& at);
// One card.
[[nodiscard]] Json finding_document(const Context& context,
                                    const workflow::reading::Finding& finding, std::size_t place);
[[nodiscard]] Json decision_document(const workflow::reading::Decision& decision);

// Pixels as the viewer reads them, with their headers.
[[nodiscard]] http::Response pixels_response(Result<workflow::reading::FilmPixels> pixels);
[[nodiscard]] http::Response picture_response(Result<std::string> png, const std::string& etag);

}  // namespace osler::serve::api::internal
