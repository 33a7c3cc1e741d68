#pragma once

#include <string>
#include <string_view>

#include "base/crypto.h"

namespace osler::serve::auth::internal {

// 32 bytes, as 43 letters of base64url without padding (RFC 4648 section 5).
inline constexpr std::size_t kSecretLetters = 43;

[[nodiscard]] std::string base64url(BytesView bytes);
// 256 bits from the system's generator.
[[nodiscard]] std::string random_secret();
// 43 letters of that alphabet: worth looking up.
[[nodiscard]] bool is_secret(std::string_view word);
// Equal, in a time that does not depend on where they differ.
[[nodiscard]] bool same(std::string_view one, std::string_view other);
// The first 8 digits of a stored digest: enough to tell sessions apart in a log, and of no use to
// whoever reads it.
[[nodiscard]] std::string short_name(const crypto::Digest& digest);

}  // namespace osler::serve::auth::internal
