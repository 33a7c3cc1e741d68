#include "serve/auth/internal/secrets.h"

#include <algorithm>

namespace osler::serve::auth::internal {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretBytes = 32;

}  // namespace

std::string base64url(BytesView bytes) {
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::byte byte : bytes) {
    held = (held << 8U) | std::to_integer<std::uint32_t>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[(held >> bits) & 63U];
    }
  }
  if (bits > 0) {
    text += kAlphabet[(held << (6 - bits)) & 63U];
  }
  return text;
}

std::string random_secret() {
  return base64url(crypto::random_bytes(kSecretBytes));
}

bool is_secret(std::string_view word) {
  return word.size() == kSecretLetters && std::ranges::all_of(word, [](char letter) {
           return kAlphabet.find(letter) != std::string_view::npos;
         });
}

bool same(std::string_view one, std::string_view other) {
  // Of digests, so that lengths do not show either.
  const crypto::Digest left = crypto::sha256(one);
  const crypto::Digest right = crypto::sha256(other);
  std::byte difference{};
  for (std::size_t i = 0; i < left.bytes.size(); ++i) {
    difference |= left.bytes.at(i) ^ right.bytes.at(i);
  }
  return difference == std::byte{};
}

std::string short_name(const crypto::Digest& digest) {
  return digest.hex().substr(0, 8);
}

}  // namespace osler::serve::auth::internal
