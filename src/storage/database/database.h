#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "storage/database/value.h"

namespace osler::storage::database {

class Connection;  // SQLite's handle and the lock around it

// One named step of the schema. Names are "<room>/<number>-<what>", for example "jobs/1-table"; a
// step that has landed is never edited, only followed by another.
struct Migration {
  std::string_view name;
  std::string_view sql;
};

// A prepared statement with its values bound, stepped row by row:
//
//   OSLER_TRY(auto rows, database.prepare("SELECT id, size FROM items WHERE site = ?", {site}));
//   while (true) {
//     OSLER_TRY(const bool found, rows.step());
//     if (!found) { break; }
//     use(rows.text(0), rows.integer(1));
//   }
//
// Holds the database's lock while it lives, so other threads wait: keep it short, and in one
// thread. Columns count from 0; a null reads as 0 or empty.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Whether there is a row now. FailedPrecondition: a constraint refused the change. Unavailable:
  // disk full, or the file locked by another process for too long. DataCorrupt: the file is broken.
  [[nodiscard]] Result<bool> step();
  // Binds other values and starts again: for one statement run many times.
  [[nodiscard]] Result<void> rebind(std::initializer_list<Value> values);

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double number(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes bytes(int column) const;
  // A digest stored as hexadecimal text. DataCorrupt: it is not one.
  [[nodiscard]] Result<crypto::Digest> digest(int column) const;

 private:
  friend class Database;
  struct Prepared;
  explicit Statement(std::unique_ptr<Prepared> prepared);
  std::unique_ptr<Prepared> prepared_;
};

// The home's one door to rows: SQLite with a rollback journal (never WAL: Debian 12's 3.40.1 can
// corrupt it), synchronous=EXTRA, foreign keys on. One connection under one lock; callable from
// several threads, and several processes may share the file. Whoever holds a reference relies on it
// staying where it is: move it only before.
class Database {
 public:
  // Makes the file (mode 0600) and its folder where they are missing.
  // DataCorrupt: not a database, or broken. PermissionDenied: not writable. Unavailable: disk full
  // or locked. Internal: the SQLite at run time is older than the one built with.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Applies those steps that this file has not seen, in order: all of them, or none.
  // FailedPrecondition: the file knows a step of the same room that we do not (written by a newer
  // osler). DataCorrupt: a step that was applied had another text.
  [[nodiscard]] Result<void> migrate(std::span<const Migration> migrations);

  // Errors as for Statement::step; Internal: the SQL itself is wrong.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql,
                                          std::initializer_list<Value> values = {});
  // One statement that gives no rows; returns how many rows it changed.
  [[nodiscard]] Result<std::int64_t> execute(std::string_view sql,
                                             std::initializer_list<Value> values = {});
  // The first column of the first row, or nothing when there is no row or it is null.
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(
      std::string_view sql, std::initializer_list<Value> values = {});
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view sql,
                                                        std::initializer_list<Value> values = {});
  // The row id of the last insert of this thread's transaction.
  [[nodiscard]] std::int64_t last_id() const;

  // Reads the whole file. DataCorrupt: SQLite's integrity or foreign-key check found a fault.
  [[nodiscard]] Result<void> check();

  // Writes the database as it stands at one moment into a new file (mode 0600) that needs no
  // journal beside it, durably. Others may write meanwhile; a writer waits no longer than the last
  // pass over the file takes. Uses a connection of its own, so other threads do not wait.
  // FailedPrecondition: `copy` exists. Unavailable: disk full, or the file locked for too long.
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& copy) const;

  // The steps that this file has seen, by name: what its schema is.
  [[nodiscard]] Result<std::vector<std::string>> schema();

  [[nodiscard]] const std::filesystem::path& path() const;
  // The SQLite at run time, for example "3.40.1".
  [[nodiscard]] static std::string engine_version();

 private:
  friend class Transaction;
  explicit Database(std::unique_ptr<Connection> connection);
  [[nodiscard]] Result<void> configure();
  std::unique_ptr<Connection> connection_;
};

// All or nothing: begins writing at once, rolls back at the end of its scope unless committed.
// Holds the database's lock; other threads and processes wait. Not nested.
class Transaction {
 public:
  // FailedPrecondition: one is open in this thread. Unavailable: locked by another process.
  [[nodiscard]] static Result<Transaction> begin(Database& database);

  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // When this returns well, the change survives a power cut.
  // Unavailable: disk full; nothing of the transaction stands.
  [[nodiscard]] Result<void> commit();
  [[nodiscard]] Database& database() { return *database_; }

 private:
  explicit Transaction(Database& database, std::unique_lock<std::recursive_mutex> lock);
  Database* database_;
  std::unique_lock<std::recursive_mutex> lock_;
};

}  // namespace osler::storage::database

namespace osler::storage {
using database::Database;
using database::Statement;
using database::Transaction;
}  // namespace osler::storage
