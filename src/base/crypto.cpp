#include "base/crypto.h"

#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/check.h"

namespace osler {

BytesView as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return digit - 'A' + 10;
  }
  return -1;
}

}  // namespace

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return Error(ErrorCode::InvalidArgument, "an odd number of hexadecimal digits");
  }
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return Error(ErrorCode::InvalidArgument, "not a hexadecimal digit");
    }
    bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  return bytes;
}

}  // namespace osler

namespace osler::crypto {
namespace {

const unsigned char* raw(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

Key load_private(BytesView bytes) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(bytes), bytes.size()));
}

Bytes public_half(const Key& key) {
  Bytes bytes(32);
  std::size_t size = bytes.size();
  OSLER_CHECK(EVP_PKEY_get_raw_public_key(key.get(), writable(bytes), &size) == 1);
  return bytes;
}

}  // namespace

std::optional<Digest> Digest::from_hex(std::string_view text) {
  const auto bytes = osler::from_hex(text);
  if (!bytes || bytes->size() != 32) {
    return std::nullopt;
  }
  Digest digest;
  std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
  return digest;
}

struct Sha256::Context {
  DigestContext evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  OSLER_CHECK(EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(BytesView bytes) {
  OSLER_CHECK(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  OSLER_CHECK(EVP_DigestFinal_ex(context_->evp.get(), writable(digest.bytes), nullptr) == 1);
  OSLER_CHECK(EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) == 1);
  return digest;
}

Digest sha256(BytesView bytes) {
  return Sha256().update(bytes).finish();
}
Digest sha256(std::string_view text) {
  return sha256(as_bytes(text));
}

Digest hmac_sha256(BytesView key, BytesView message) {
  Digest digest;
  unsigned size = 0;
  OSLER_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(message),
                   message.size(), writable(digest.bytes), &size) != nullptr);
  return digest;
}

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  OSLER_CHECK(RAND_bytes(writable(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

KeyPair make_key_pair() {
  auto pair = key_pair_from_private(random_bytes(32));
  OSLER_CHECK(pair.has_value());
  return *std::move(pair);
}

Result<KeyPair> key_pair_from_private(BytesView private_key) {
  if (private_key.size() != 32) {
    return Error(ErrorCode::InvalidArgument, "an Ed25519 private key has 32 bytes");
  }
  const Key key = load_private(private_key);
  if (!key) {
    return Error(ErrorCode::InvalidArgument, "not an Ed25519 private key");
  }
  return KeyPair{.private_key = Bytes(private_key.begin(), private_key.end()),
                 .public_key = public_half(key)};
}

Result<Bytes> sign(BytesView private_key, BytesView message) {
  OSLER_TRY(const KeyPair pair, key_pair_from_private(private_key));
  const Key key = load_private(pair.private_key);
  const DigestContext context(EVP_MD_CTX_new());
  Bytes signature(64);
  std::size_t size = signature.size();
  OSLER_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  OSLER_CHECK(
      EVP_DigestSign(context.get(), writable(signature), &size, raw(message), message.size()) == 1);
  return signature;
}

bool verify(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != 32 || signature.size() != 64) {
    return false;
  }
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), 32));
  const DigestContext context(EVP_MD_CTX_new());
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                          message.size()) == 1;
}

}  // namespace osler::crypto
