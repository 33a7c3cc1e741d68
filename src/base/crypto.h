#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace osler {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

[[nodiscard]] BytesView as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(BytesView bytes);
[[nodiscard]] std::string to_hex(BytesView bytes);
// Lower or upper case. InvalidArgument: odd length or not hexadecimal.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

}  // namespace osler

namespace osler::crypto {

// A SHA-256 digest (FIPS 180-4).
struct Digest {
  std::array<std::byte, 32> bytes{};

  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  // 64 hexadecimal digits, or nothing.
  [[nodiscard]] static std::optional<Digest> from_hex(std::string_view text);
  auto operator<=>(const Digest&) const = default;
};

// SHA-256 in pieces. Not callable from several threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(BytesView bytes);
  Sha256& update(std::string_view text) { return update(as_bytes(text)); }
  // Ends the digest; the object is then fresh again.
  [[nodiscard]] Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] Digest sha256(BytesView bytes);
[[nodiscard]] Digest sha256(std::string_view text);
// HMAC-SHA-256 (RFC 2104).
[[nodiscard]] Digest hmac_sha256(BytesView key, BytesView message);

// From the system's generator.
[[nodiscard]] Bytes random_bytes(std::size_t count);

// Ed25519 (RFC 8032) with raw keys: deterministic, so the same bytes have the same signature.
struct KeyPair {
  Bytes private_key;  // 32 bytes
  Bytes public_key;   // 32 bytes
};
[[nodiscard]] KeyPair make_key_pair();
// InvalidArgument: not a 32-byte key.
[[nodiscard]] Result<KeyPair> key_pair_from_private(BytesView private_key);
// The 64-byte signature. InvalidArgument: not a 32-byte key.
[[nodiscard]] Result<Bytes> sign(BytesView private_key, BytesView message);
[[nodiscard]] bool verify(BytesView public_key, BytesView message, BytesView signature);

}  // namespace osler::crypto
