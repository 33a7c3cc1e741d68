#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::serve::auth::internal {

// Tells those who keep copies of users, sessions and tokens when to look again: at once after a
// change of this process, within a second after one of another (the command line disables a user
// while the server runs). Callable from several threads.
class Changes {
 public:
  Changes(storage::Database& database, const Clock& clock) : database_(&database), clock_(&clock) {}

  // In the transaction that makes a change.
  [[nodiscard]] static Result<void> announce(storage::Transaction& change);
  // After that transaction's commit.
  void note();

  // A number that grows: what was read from the database after it was returned holds as long as it
  // stays. An error means that nobody knows, and nobody may be let in.
  [[nodiscard]] Result<std::uint64_t> stamp();

 private:
  storage::Database* database_;
  const Clock* clock_;
  std::mutex mutex_;
  std::uint64_t stamp_ = 1;
  std::int64_t count_ = -1;
  std::chrono::system_clock::time_point asked_{};
};

}  // namespace osler::serve::auth::internal
