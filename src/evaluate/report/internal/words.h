#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "evaluate/metrics/estimate.h"

namespace osler::evaluate::report {

using metrics::Estimate;

// How numbers are written for people: rates to two digits, areas and errors to three, percentages
// whole, differences with a true minus sign. All are safe inside HTML.
[[nodiscard]] std::string digits(double number, int decimals);
// "0.85 to 0.91", or why there is none.
[[nodiscard]] std::string range(const Estimate& estimate, int decimals);
// "0.896 (0.881 to 0.911)", "not estimable".
[[nodiscard]] std::string with_range(const Estimate& estimate, int decimals);
// "14 %", with a thin gap.
[[nodiscard]] std::string percent(double share);
// Whole number of a hundred: "88".
[[nodiscard]] std::string of_hundred(double share);
// "9 to 15": the bounds of a share, of a hundred; empty where there are none.
[[nodiscard]] std::string range_of_hundred(const Estimate& share);
// 1 - share.
[[nodiscard]] Estimate complement(const Estimate& share);
[[nodiscard]] std::string count(std::size_t number);
// First letter large.
[[nodiscard]] std::string sentence_case(std::string text);

// "<th scope="row">…</th>" and the like: text is escaped where it is said to be `text`.
[[nodiscard]] std::string row_head(std::string_view text);
[[nodiscard]] std::string cell(std::string_view html, std::string_view classes = "");
// A word with its shape: pass, fail, inconclusive, info. The word is escaped.
[[nodiscard]] std::string word(std::string_view shape, std::string_view text);

}  // namespace osler::evaluate::report
