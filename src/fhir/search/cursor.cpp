#include "fhir/search/cursor.h"

#include <cstdint>

#include "base/text.h"

namespace osler::fhir::search {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<std::uint8_t>(byte);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += kLetters[(bits >> static_cast<unsigned>(held)) & 0x3FU];
    }
  }
  if (held > 0) {
    text += kLetters[(bits << static_cast<unsigned>(6 - held)) & 0x3FU];
  }
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char letter : text) {
    const std::size_t value = kLetters.find(letter);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
    }
  }
  return bytes;
}

}  // namespace

std::string to_text(const Cursor& cursor) {
  return std::string(cursor.backwards ? "b" : "f") + "." + to_base64url(cursor.key) + "." +
         to_base64url(cursor.id);
}

std::optional<Cursor> cursor_from(std::string_view text) {
  if (text.size() > kLongestCursor) {
    return std::nullopt;
  }
  const auto parts = split(text, '.');
  if (parts.size() != 3 || (parts[0] != "f" && parts[0] != "b")) {
    return std::nullopt;
  }
  const auto key = from_base64url(parts[1]);
  const auto id = from_base64url(parts[2]);
  if (!key || !id) {
    return std::nullopt;
  }
  Cursor cursor{.key = *key, .id = *id, .backwards = parts[0] == "b"};
  // One text a cursor: other spellings of the same bytes are not ours.
  return to_text(cursor) == text ? std::optional(cursor) : std::nullopt;
}

}  // namespace osler::fhir::search
