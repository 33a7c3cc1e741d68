#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "serve/auth/internal/changes.h"
#include "serve/auth/users.h"

namespace osler::serve::auth {

struct Users::State {
  State(storage::Database& to, storage::audit::Log& log, const Clock& time,
        const UserOptions& options)
      : database(&to),
        audit(&log),
        clock(&time),
        passwords(options.passwords),
        throttle(to, time, options.throttle),
        changes(to, time),
        lockout_records(options.lockout_records) {}

  storage::Database* database;
  storage::audit::Log* audit;
  const Clock* clock;
  Passwords passwords;
  Throttle throttle;
  internal::Changes changes;

  // Records of lockouts in the hour that began at `hour`, and those that were left out since the
  // last record.
  std::int64_t lockout_records;
  std::mutex mutex;
  std::int64_t hour = 0;
  std::int64_t recorded = 0;
  std::int64_t left_out = 0;
};

struct Users::Stored {
  User user;
  std::string phc;
};

}  // namespace osler::serve::auth

namespace osler::serve::auth::internal {

inline constexpr std::string_view kUserColumns =
    "name, role, disabled, created, password_set, last_login, generation";

// From a row that begins with kUserColumns. DataCorrupt: a role that we do not know.
[[nodiscard]] Result<User> read_user(const storage::Statement& row);

}  // namespace osler::serve::auth::internal
