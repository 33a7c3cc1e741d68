#include <algorithm>

#include "base/text.h"
#include "fhir/resources/text.h"
#include "fhir/search/query.h"

namespace osler::fhir::search {
namespace {

constexpr std::size_t kLongestQuery = std::size_t{16} << 10U;
constexpr std::size_t kMostPairs = 64;

std::optional<unsigned> hexadecimal(char letter) {
  if (letter >= '0' && letter <= '9') {
    return static_cast<unsigned>(letter - '0');
  }
  const char low = static_cast<char>(letter | 0x20);
  return low >= 'a' && low <= 'f' ? std::optional(static_cast<unsigned>(low - 'a' + 10))
                                  : std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      bytes += ' ';
    } else if (text[i] != '%') {
      bytes += text[i];
    } else {
      const bool whole = i + 2 < text.size();
      const auto high = whole ? hexadecimal(text[i + 1]) : std::nullopt;
      const auto low = whole ? hexadecimal(text[i + 2]) : std::nullopt;
      if (!high || !low) {
        return std::nullopt;
      }
      bytes += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_pairs(std::string_view query) {
  if (query.size() > kLongestQuery) {
    return Error(ErrorCode::InvalidArgument, "the query is longer than 16 KiB")
        .hint("send fewer values at a time");
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& part : split(query, '&')) {
    if (part.empty()) {
      continue;
    }
    const std::size_t middle = std::min(part.find('='), part.size());
    auto name = decoded(std::string_view(part).substr(0, middle));
    auto value = decoded(std::string_view(part).substr(std::min(middle + 1, part.size())));
    if (!name || !value || !resources::is_plain_text(*name) || !resources::is_plain_text(*value)) {
      return Error(ErrorCode::InvalidArgument,
                   "the query holds a broken escape or bytes that are no text");
    }
    pairs.emplace_back(*std::move(name), *std::move(value));
    if (pairs.size() > kMostPairs) {
      return Error(ErrorCode::InvalidArgument, "the query has more than 64 parameters");
    }
  }
  return pairs;
}

}  // namespace osler::fhir::search
