#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/search/query.h"

// A cursor as it stands in _cursor: opaque to clients, at most 1,024 letters of A-Z a-z 0-9 - _ and
// dots. It carries no right: the filters of the query hold whatever it says.
namespace osler::fhir::search {

inline constexpr std::size_t kLongestCursor = 1024;

[[nodiscard]] std::string to_text(const Cursor& cursor);
// Nothing: not one that to_text() made.
[[nodiscard]] std::optional<Cursor> cursor_from(std::string_view text);

}  // namespace osler::fhir::search
