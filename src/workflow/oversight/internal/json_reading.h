#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "workflow/oversight/evidence.h"

namespace osler::workflow::oversight::internal {

// For documents of earlier versions and of other hands: what is absent, or of another type, reads
// as null, empty or nothing.
[[nodiscard]] const Json& member(const Json& object, std::string_view key);
[[nodiscard]] std::string text_in(const Json& object, std::string_view key);
[[nodiscard]] std::optional<double> number_in(const Json& object, std::string_view key);
[[nodiscard]] std::size_t count_in(const Json& object, std::string_view key);
// Of {"value", "lower", "upper", "n", "not_estimable"}.
[[nodiscard]] Estimate estimate_in(const Json& object, std::string_view key);

// The rows of [{"name", "status", "value", "bound", "n", "sentence"}], whose numbers have intervals
// where `metrics` gives one of the same name.
[[nodiscard]] std::vector<GateRow> gate_rows(const Json& gates, const Json& metrics);

}  // namespace osler::workflow::oversight::internal
