#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/auth/users.h"

namespace osler::serve::auth {

struct Token {
  std::int64_t id = 0;
  std::string user;
  std::string label;
  Time created;
  Time expires;
  std::optional<Time> last_used;  // to the hour
};

struct NewToken {
  std::string text;  // "osler_" and 43 letters of base64url: shown once
  Token token;
};

// A token that was shown and holds.
struct Bearer {
  std::int64_t id = 0;
  std::string user;
  Role role = Role::Reader;
};

inline constexpr std::int64_t kTokenDays = 90;  // where nothing is said
inline constexpr std::int64_t kMostTokenDays = 365;
inline constexpr std::int64_t kMostTokensPerUser = 20;

// For scripts: whoever shows one acts as its user, in the user's role of that moment. Only the
// SHA-256 is kept. Tokens end when they expire, are revoked, or their user is disabled or gets a
// password from somebody else; soon enough, as sessions do. Callable from several threads.
class Tokens {
 public:
  // `users` must outlive it, and stay where it is.
  explicit Tokens(Users& users);
  Tokens(Tokens&&) noexcept;
  ~Tokens();

  // NotFound: no such user. FailedPrecondition: disabled, or has 20 tokens. InvalidArgument: not 1
  // to 365 days, or a label of more than 64 bytes or with control characters.
  [[nodiscard]] Result<NewToken> make(std::string_view user, std::int64_t days,
                                      std::string_view label, std::string_view actor);
  // Of one user, or of all; newest first, the expired ones too.
  [[nodiscard]] Result<std::vector<Token>> list(std::string_view user = {}) const;
  // NotFound: no such token, or not of `owner`, where one is given.
  [[nodiscard]] Result<Token> revoke(std::int64_t id, std::string_view actor,
                                     std::string_view owner = {});
  // Nothing: no token of ours, expired or ended.
  [[nodiscard]] Result<std::optional<Bearer>> find(std::string_view text);

 private:
  struct Entry;
  struct Cache;
  [[nodiscard]] Result<std::optional<Entry>> load(const crypto::Digest& digest,
                                                  std::uint64_t stamp) const;
  void mark_used(const crypto::Digest& digest, std::int64_t now);

  Users* users_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace osler::serve::auth
