#include "dicom/deidentify/pseudonyms.h"

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <span>

#include "base/text.h"

namespace osler::dicom::deidentify {
namespace {

constexpr std::string_view kPatientPrefix = "OSL-";
constexpr std::size_t kPatientDrawn = 13;  // 65 bits from the key and the original
constexpr std::size_t kPatientCheck = 5;   // 25 bits from the key and those
constexpr std::string_view kUidPrefix = "2.25.";
constexpr std::size_t kUidDrawn = 12;  // bytes from the key and the original
constexpr std::size_t kUidBytes = 16;  // with 4 bytes of check: 128 bits, as PS3.5 B.2 has them
constexpr std::string_view kWellKnown = "1.2.840.10008.";

// `count` letters and digits of five bits each, without those that are mistaken for others.
std::string letters(BytesView bytes, std::size_t count) {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::byte byte : bytes) {
    held = (held << 8U) | std::to_integer<std::uint32_t>(byte);
    bits += 8;
    while (bits >= 5 && text.size() < count) {
      bits -= 5;
      text += kLetters[(held >> bits) & 31U];
    }
  }
  return text;
}

using Number = std::array<std::byte, kUidBytes>;  // most significant byte first

std::string decimal(Number number) {
  std::string digits;
  while (std::ranges::any_of(number, [](std::byte b) { return b != std::byte{0}; })) {
    unsigned rest = 0;
    for (std::byte& byte : number) {
      const unsigned value = rest * 256 + std::to_integer<unsigned>(byte);
      byte = static_cast<std::byte>(value / 10);
      rest = value % 10;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + rest));
  }
  return digits.empty() ? "0" : digits;
}

// False: no digits, or more than the number holds.
bool parse_decimal(std::string_view digits, Number& number) {
  number.fill(std::byte{0});
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') {
      return false;
    }
    auto carry = static_cast<unsigned>(digit - '0');
    for (std::byte& byte : std::views::reverse(number)) {
      const unsigned value = std::to_integer<unsigned>(byte) * 10 + carry;
      byte = static_cast<std::byte>(value & 255U);
      carry = value >> 8U;
    }
    if (carry != 0) {
      return false;
    }
  }
  return !digits.empty();
}

}  // namespace

Pseudonyms::Pseudonyms(BytesView key) {
  std::ranges::copy(key, key_.begin());
}

Result<Pseudonyms> Pseudonyms::create(BytesView key) {
  if (key.size() != 32) {
    return Error(ErrorCode::InvalidArgument,
                 "a pseudonym key has 32 bytes, not " + std::to_string(key.size()))
        .hint("use the key file that the data home made");
  }
  return Pseudonyms(key);
}

crypto::Digest Pseudonyms::draw(std::string_view purpose, std::string_view first,
                                std::string_view second) const {
  // The length in between keeps "AB" + "C" apart from "A" + "BC".
  std::string message;
  message.reserve(purpose.size() + first.size() + second.size() + 24);
  message.append(purpose).append(1, '\0').append(std::to_string(first.size())).append(1, '\0');
  message.append(first).append(second);
  return crypto::hmac_sha256(key_, as_bytes(message));
}

std::string Pseudonyms::patient(std::string_view patient_id, std::string_view issuer) const {
  patient_id = trim(patient_id);
  if (drew_patient(patient_id)) {
    return std::string(patient_id);
  }
  const std::string drawn = letters(draw("patient", patient_id, trim(issuer)).bytes, kPatientDrawn);
  return std::string(kPatientPrefix)
      .append(drawn)
      .append(letters(draw("patient check", drawn).bytes, kPatientCheck));
}

bool Pseudonyms::drew_patient(std::string_view text) const {
  if (text.size() != kPatientPrefix.size() + kPatientDrawn + kPatientCheck ||
      !text.starts_with(kPatientPrefix)) {
    return false;
  }
  const std::string_view drawn = text.substr(kPatientPrefix.size(), kPatientDrawn);
  return text.ends_with(letters(draw("patient check", drawn).bytes, kPatientCheck));
}

std::string Pseudonyms::uid(std::string_view original) const {
  if (original.empty() || original.starts_with(kWellKnown) || drew_uid(original)) {
    return std::string(original);
  }
  Number number{};
  const auto drawn = std::span(number).first(kUidDrawn);
  std::ranges::copy_n(draw("uid", original).bytes.begin(), kUidDrawn, drawn.begin());
  const auto check = draw("uid check", as_text(drawn));
  std::ranges::copy_n(check.bytes.begin(), kUidBytes - kUidDrawn, number.begin() + kUidDrawn);
  return std::string(kUidPrefix).append(decimal(number));
}

bool Pseudonyms::drew_uid(std::string_view text) const {
  Number number{};
  if (!text.starts_with(kUidPrefix) || !parse_decimal(text.substr(kUidPrefix.size()), number)) {
    return false;
  }
  const auto drawn = std::span<const std::byte>(number).first(kUidDrawn);
  const auto check = draw("uid check", as_text(drawn));
  return std::equal(number.begin() + kUidDrawn, number.end(), check.bytes.begin());
}

int Pseudonyms::date_shift_days(std::string_view pseudonym) const {
  const auto digest = draw("date shift", pseudonym);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = (number << 8U) | std::to_integer<std::uint32_t>(digest.bytes[i]);
  }
  return -1 - static_cast<int>(number % 3650U);
}

}  // namespace osler::dicom::deidentify
