#include "evaluate/report/internal/words.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/text.h"

namespace osler::evaluate::report {

std::string digits(double number, int decimals) {
  if (!std::isfinite(number)) {
    return "not estimable";
  }
  std::string text = fixed(number, decimals);
  // A rounded zero has no sign.
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  if (text.starts_with('-')) {
    text = (zero ? "" : "\u2212") + text.substr(1);
  }
  return text;
}

std::string range(const Estimate& estimate, int decimals) {
  if (!estimate.has_interval()) {
    return escape_html(estimate.reason.empty() ? "no interval" : estimate.reason);
  }
  return digits(estimate.lower, decimals) + " to " + digits(estimate.upper, decimals);
}

std::string with_range(const Estimate& estimate, int decimals) {
  if (!estimate.estimable()) {
    return "not estimable";
  }
  if (!estimate.has_interval()) {
    return digits(estimate.value, decimals);
  }
  return digits(estimate.value, decimals) + " (" + range(estimate, decimals) + ")";
}

std::string of_hundred(double share) {
  return std::isfinite(share) ? std::to_string(std::lround(100.0 * share)) : "not estimable";
}

std::string percent(double share) {
  return of_hundred(share) + "\u202f%";
}

std::string range_of_hundred(const Estimate& share) {
  if (!share.has_interval()) {
    return "";
  }
  return of_hundred(share.lower) + " to " + of_hundred(share.upper);
}

Estimate complement(const Estimate& share) {
  return {.value = 1.0 - share.value,
          .lower = 1.0 - share.upper,
          .upper = 1.0 - share.lower,
          .n = share.n,
          .reason = share.reason};
}

std::string count(std::size_t number) {
  return with_thousands(static_cast<std::int64_t>(number));
}

std::string sentence_case(std::string text) {
  if (!text.empty()) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string row_head(std::string_view text) {
  return "<th scope=\"row\">" + escape_html(text) + "</th>";
}

std::string cell(std::string_view html, std::string_view classes) {
  std::string out = "<td";
  if (!classes.empty()) {
    out += " class=\"" + std::string(classes) + "\"";
  }
  return out + ">" + std::string(html) + "</td>";
}

std::string word(std::string_view shape, std::string_view text) {
  const std::string tone = shape == "fail"           ? "w critical"
                           : shape == "inconclusive" ? "w urgent"
                                                     : "w";
  // A state that nobody knows has the shape of "not assessed".
  const bool known = shape == "pass" || shape == "fail" || shape == "inconclusive";
  return "<span class=\"" + tone + "\"><svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-" +
         std::string(known ? shape : "open") + "\"/></svg>" + escape_html(text) + "</span>";
}

}  // namespace osler::evaluate::report
