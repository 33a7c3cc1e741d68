#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "serve/auth/users.h"

namespace osler::serve::auth {

struct SessionOptions {
  std::chrono::seconds idle = std::chrono::minutes(15);
  std::chrono::seconds longest = std::chrono::hours(12);
  std::int64_t most_per_user = 10;  // the oldest goes
  // Being seen is written to the database at most this often.
  std::chrono::seconds renew_every{60};
};

struct Session {
  std::string user;
  Role role = Role::Reader;
  std::string name;  // 8 digits that tell sessions apart, and open nothing
  Time created;
};

// What the browser is given: `id` in a cookie (HttpOnly, Secure, SameSite), `csrf` to its script,
// which sends it back with each change. Both 43 letters of base64url.
struct NewSession {
  std::string id;
  std::string csrf;
  Session session;
};

// Who is logged in. An id is 256 random bits; the database has its SHA-256, so that whoever reads
// the database cannot use it. A session ends when its user logs out, is disabled, or gets another
// role or password: at once in this process, within a second where another one did it. Callable
// from several threads.
class Sessions {
 public:
  // `users` must outlive it, and stay where it is.
  Sessions(Users& users, const SessionOptions& options);
  Sessions(Sessions&&) noexcept;
  ~Sessions();

  // Recorded as "login". FailedPrecondition: the user was changed or disabled since verify().
  [[nodiscard]] Result<NewSession> make(const Verified& verified, std::string_view from);
  // The session, which counts as used now; or nothing: never there, ended, or idle for too long.
  // Errors as Database::prepare: nobody may be let in then.
  [[nodiscard]] Result<std::optional<Session>> find(std::string_view id);
  // Recorded as "logout". A session that is not there is no error.
  [[nodiscard]] Result<void> end(std::string_view id);

  // The token that belongs to this session: HMAC-SHA-256 under its id.
  [[nodiscard]] static std::string csrf_of(std::string_view id);
  // Compared in constant time.
  [[nodiscard]] static bool check_csrf(std::string_view id, std::string_view token);

 private:
  struct Entry;
  struct Cache;
  [[nodiscard]] Result<std::optional<Entry>> load(const crypto::Digest& digest,
                                                  std::uint64_t stamp) const;
  [[nodiscard]] bool has_ended(const Entry& entry, std::int64_t now) const;
  [[nodiscard]] Result<bool> renew(const crypto::Digest& digest, std::int64_t now);
  [[nodiscard]] Result<void> make_room(storage::Transaction& change, const std::string& user,
                                       std::int64_t now) const;

  Users* users_;
  SessionOptions options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace osler::serve::auth
