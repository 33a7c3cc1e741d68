#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace osler {

// The candidate nearest to `name` by edit distance, if it is near enough to be what was meant.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name,
                                                 std::span<const std::string> candidates);

// "1,256".
[[nodiscard]] std::string with_thousands(std::int64_t number);
// Fixed decimals: fixed(0.9432, 3) is "0.943".
[[nodiscard]] std::string fixed(double number, int decimals);
// "1.9 GB", "412 kB".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
// "0:42", "1:02:03": seconds as a clock shows them.
[[nodiscard]] std::string clock_time(double seconds);
// "film" or "films": `word` as it stands for one, with s for any other number.
[[nodiscard]] std::string counted(std::int64_t number, std::string_view word);

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
// The whole text as a number ('.' as the decimal point whatever the locale), or nothing.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
// < > & " as entities, for HTML and SVG.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace osler
