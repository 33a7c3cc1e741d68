#include "serve/auth/internal/schema.h"

#include <array>

namespace osler::serve::auth::internal {
namespace {

using storage::database::Migration;

// Times are seconds since 1970. `generation` grows with every change after which a user has to log
// in again. Users are disabled, never removed: a name in the audit log means one person for ever.
// auth_changes counts what other processes must hear of.
constexpr const char* kUsers = R"sql(
CREATE TABLE auth_users (
  name TEXT PRIMARY KEY NOT NULL,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 1,
  created INTEGER NOT NULL,
  password_set INTEGER NOT NULL,
  last_login INTEGER
) STRICT;
CREATE TABLE auth_changes (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL) STRICT;
INSERT INTO auth_changes VALUES (1, 0);
)sql";

constexpr const char* kThrottle = R"sql(
CREATE TABLE auth_throttle (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT;
)sql";

// Digests are SHA-256 of what the browser or the script holds.
constexpr const char* kSessions = R"sql(
CREATE TABLE auth_sessions (
  digest TEXT PRIMARY KEY NOT NULL,
  user TEXT NOT NULL REFERENCES auth_users (name),
  generation INTEGER NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT;
CREATE INDEX auth_sessions_user ON auth_sessions (user, created);
)sql";

constexpr const char* kTokens = R"sql(
CREATE TABLE auth_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL REFERENCES auth_users (name),
  label TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  last_used INTEGER
) STRICT;
CREATE INDEX auth_tokens_user ON auth_tokens (user);
)sql";

constexpr std::array kSteps{
    Migration{"auth/1-users", kUsers}, Migration{"auth/2-throttle", kThrottle},
    Migration{"auth/3-sessions", kSessions}, Migration{"auth/4-tokens", kTokens}};

}  // namespace

Result<void> migrate(storage::Database& database) {
  return database.migrate(kSteps);
}

}  // namespace osler::serve::auth::internal
