#pragma once

#include <cstddef>
#include <cstdint>

#include "base/crypto.h"
#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/scoring.h"

namespace osler::workflow::reading {

// Gives each scored card the past films with confirmed labels that are most like its film: nearest
// by the network's own features, among those whose de-identified object this home keeps.
[[nodiscard]] Result<void> add_similar(Home& home, const Scoring& scoring, Findings& findings,
                                       std::size_t count = 3);

// The object of a film in a model's atlas. NotFound: the model is not in service, has no atlas, or
// no such film; or the home does not keep it.
[[nodiscard]] Result<crypto::Digest> similar_object(Home& home, const Scoring& scoring,
                                                    const ModelName& model, std::int64_t place);

}  // namespace osler::workflow::reading
