#include "serve/auth/internal/changes.h"

#include <chrono>

namespace osler::serve::auth::internal {
namespace {

constexpr std::chrono::seconds kAskEvery(1);

}  // namespace

Result<void> Changes::announce(storage::Transaction& change) {
  OSLER_TRY_DO(change.database().execute("UPDATE auth_changes SET count = count + 1"));
  return {};
}

void Changes::note() {
  const std::lock_guard lock(mutex_);
  ++stamp_;
}

Result<std::uint64_t> Changes::stamp() {
  const auto now = clock_->now();
  {
    const std::lock_guard lock(mutex_);
    // A clock that was set back must not stop the asking.
    if (now >= asked_ && now - asked_ < kAskEvery) {
      return stamp_;
    }
  }
  // Asked without our lock: whoever holds the database may want to note() a change.
  OSLER_TRY(const auto count, database_->integer("SELECT count FROM auth_changes"));
  const std::lock_guard lock(mutex_);
  asked_ = now;
  if (count.value_or(0) != count_) {
    count_ = count.value_or(0);
    ++stamp_;
  }
  return stamp_;
}

}  // namespace osler::serve::auth::internal
