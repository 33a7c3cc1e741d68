#include <algorithm>

#include "base/text.h"
#include "study/study.h"

namespace osler::study {
namespace {

// "1" is "1.0": tables that went through other programs write whole numbers so.
bool same(std::string_view a, std::string_view b) {
  if (trim(a) == trim(b)) {
    return true;
  }
  const auto left = parse_number(trim(a));
  const auto right = parse_number(trim(b));
  return left && right && *left == *right;
}

bool holds(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::any_of(values, [&](const auto& one) { return same(one, value); });
}

}  // namespace

std::optional<bool> Label::read(std::string_view value) const {
  if (trim(value).empty()) {
    return std::nullopt;
  }
  if (!contains.empty()) {
    std::string text(value);
    std::ranges::replace(text, ';', '|');
    return holds(split(text, '|'), contains);
  }
  if (holds(positive, value)) {
    return true;
  }
  if (negative.empty() || holds(negative, value)) {
    return false;
  }
  return std::nullopt;
}

}  // namespace osler::study
