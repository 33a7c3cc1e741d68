#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/search/query.h"

// The values of one parameter, without its name: what each kind may look like (R4
// search.html#token, #date, #reference, #escaping).
namespace osler::fhir::search {

// Parts between separators that no backslash escapes; the escapes of other letters stay.
[[nodiscard]] std::vector<std::string> split_unescaped(std::string_view text, char separator);
// \, \| \$ \\ as the letters they stand for; nothing where a backslash stands before another one.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

[[nodiscard]] std::optional<Token> token_from(std::string_view text);
[[nodiscard]] std::optional<DateBound> date_from(std::string_view text, resources::Instant now);
[[nodiscard]] std::optional<Target> target_from(std::string_view text,
                                                const resources::Parameter& parameter,
                                                std::string_view base);

}  // namespace osler::fhir::search
