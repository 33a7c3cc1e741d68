#include "fhir/resources/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/crypto.h"
#include "base/text.h"

namespace osler::fhir::resources {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_letter_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9');
}

// The next code point of `text`, which loses its bytes. Overlong forms, surrogates and stray bytes
// are one U+FFFD a byte.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) {
    return lead;
  }
  const std::size_t more = lead >= 0xF0 ? 3U : lead >= 0xE0 ? 2U : 1U;
  constexpr std::array<char32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < more) {
    return kReplacement;
  }
  char32_t point = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if ((next & 0xC0U) != 0x80U) {
      return kReplacement;
    }
    point = (point << 6U) | (next & 0x3FU);
  }
  if (point < kLeast.at(more) || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
    return kReplacement;
  }
  text.remove_prefix(more);
  return point;
}

void append(std::string& text, char32_t point) {
  const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6U));
    byte(0x80 | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12U));
    byte(0x80 | ((point >> 6U) & 0x3FU));
    byte(0x80 | (point & 0x3FU));
  } else {
    byte(0xF0 | (point >> 18U));
    byte(0x80 | ((point >> 12U) & 0x3FU));
    byte(0x80 | ((point >> 6U) & 0x3FU));
    byte(0x80 | (point & 0x3FU));
  }
}

// Unicode's White_Space and the byte order mark, without the blanks that FHIR's string allows.
bool is_other_blank(char32_t point) {
  return point == 0x0B || point == 0x0C || point == 0x85 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
         point == 0x202F || point == 0x205F || point == 0x3000 || point == 0xFEFF ||
         (point >= 0x1C && point <= 0x1F);
}

bool is_forbidden(char32_t point) {
  return (point < 0x20 && point != '\t' && point != '\n' && point != '\r') ||
         (point >= 0x7F && point <= 0x9F) || (point & 0xFFFEU) == 0xFFFEU ||
         (point >= 0xFDD0 && point <= 0xFDEF);
}

bool turns_direction(char32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

bool is_oid(std::string_view text) {
  return is_uid(text) && text.find('.') != std::string_view::npos && text[0] <= '2' &&
         text[1] == '.';
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string cleaned;
  cleaned.reserve(std::min(text.size(), kLongestText));
  while (!text.empty()) {
    if (cleaned.size() > kLongestText) {
      cleaned += "…";
      break;
    }
    const char32_t point = take_code_point(text);
    if (is_other_blank(point)) {
      cleaned += ' ';
    } else if (!is_forbidden(point)) {
      append(cleaned, point);
    }
  }
  return std::string(trim(cleaned));
}

std::string clean_code(std::string_view text) {
  std::string code;
  for (const char letter : clean_text(text)) {
    const bool blank = letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
    if (!blank) {
      code += letter;
    } else if (!code.ends_with(' ')) {
      code += ' ';
    }
  }
  return code;
}

std::string without_direction_marks(std::string_view text) {
  const std::string cleaned = clean_text(text);
  std::string kept;
  std::string_view rest = cleaned;
  while (!rest.empty()) {
    const char32_t point = take_code_point(rest);
    if (!turns_direction(point)) {
      append(kept, point);
    }
  }
  return std::string(trim(kept));
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t point = take_code_point(text);
    const bool broken = point == kReplacement && !before.starts_with("\xEF\xBF\xBD");
    if (broken || point < 0x20 || is_forbidden(point)) {
      return false;
    }
  }
  return true;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char letter) {
    return is_letter_or_digit(letter) || letter == '-' || letter == '.';
  });
}

std::string id_of(std::string_view key) {
  if (is_id(key)) {
    return std::string(key);
  }
  return "k-" + crypto::Sha256().update(key).finish().hex().substr(0, 40);
}

bool is_uid(std::string_view text) {
  if (text.empty() || text.size() > 64) {
    return false;
  }
  return std::ranges::all_of(split(text, '.'), [](const std::string& part) {
    const bool digits =
        std::ranges::all_of(part, [](char letter) { return letter >= '0' && letter <= '9'; });
    return digits && !part.empty() && (part.size() == 1 || part.front() != '0');
  });
}

std::string mrn_system(std::string_view issuer) {
  std::string name = clean_code(issuer);
  if (name.empty()) {
    return "urn:osler:mrn";
  }
  if (is_oid(name)) {
    return "urn:oid:" + name;
  }
  const bool urn = name.starts_with("urn:") &&
                   std::ranges::all_of(name, [](char letter) { return letter > 0x20; });
  if (urn || is_web_address(name)) {
    return name;
  }
  return "urn:osler:issuer:" + percent_encoded(name);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    if (is_letter_or_digit(letter) ||
        std::string_view("-._~").find(letter) != std::string_view::npos) {
      encoded += letter;
    } else {
      const auto byte = static_cast<std::uint8_t>(letter);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 0xFU];
    }
  }
  return encoded;
}

bool is_web_address(std::string_view text) {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return scheme != 0 && text.size() > scheme && text.size() <= 2048 &&
         std::ranges::all_of(text, [](char letter) {
           return letter > 0x20 && letter < 0x7F && letter != '"' && letter != '<' && letter != '>';
         });
}

}  // namespace osler::fhir::resources
