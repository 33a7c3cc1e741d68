#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "evaluate/metrics/bootstrap.h"

namespace osler::evaluate::metrics {

// Draws all resamples of `bootstrap` and calls visit(r, counts) for each, r its number, from
// several threads at once.
void each_resample(const Cases& cases, const BootstrapOptions& options,
                   const std::function<void(std::size_t, std::span<const std::uint32_t>)>& visit);

}  // namespace osler::evaluate::metrics
