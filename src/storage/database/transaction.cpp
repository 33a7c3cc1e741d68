#include <utility>

#include "storage/database/database.h"
#include "storage/database/internal/connection.h"

namespace osler::storage::database {

Transaction::Transaction(Database& database, std::unique_lock<std::recursive_mutex> lock)
    : database_(&database), lock_(std::move(lock)) {}

Transaction::Transaction(Transaction&&) noexcept = default;

Result<Transaction> Transaction::begin(Database& database) {
  Connection& connection = *database.connection_;
  std::unique_lock lock(connection.mutex);
  if (sqlite3_get_autocommit(connection.handle.get()) == 0) {
    return Error(ErrorCode::FailedPrecondition, "a transaction is open already")
        .at(connection.path.string());
  }
  if (connection.sync_failed) {
    return connection.error(SQLITE_IOERR_FSYNC);
  }
  // Immediate: takes the write lock now, so that no reader has to be turned into a writer later,
  // which fails where two try it.
  OSLER_TRY_DO(connection.run("BEGIN IMMEDIATE"));
  return Transaction(database, std::move(lock));
}

Transaction::~Transaction() {
  if (!lock_.owns_lock()) {
    return;  // committed, or moved from
  }
  // SQLite may have rolled back by itself (disk full).
  if (sqlite3_get_autocommit(database_->connection_->handle.get()) == 0) {
    static_cast<void>(database_->connection_->run("ROLLBACK"));
  }
}

Result<void> Transaction::commit() {
  if (!lock_.owns_lock()) {
    return Error(ErrorCode::FailedPrecondition, "the transaction was committed already");
  }
  if (sqlite3_get_autocommit(database_->connection_->handle.get()) != 0) {
    return Error(ErrorCode::Unavailable, "the change was rolled back: the disk is full or failing")
        .at(database_->path().string())
        .hint("make room and run the same command again");
  }
  OSLER_TRY_DO(database_->connection_->run("COMMIT"));
  lock_.unlock();
  return {};
}

}  // namespace osler::storage::database
