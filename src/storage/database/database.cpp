#include "storage/database/database.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/database/internal/connection.h"

namespace osler::storage::database {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyTimeoutMs = 10'000;

// SQLite would make the file readable by all; what it holds is not for all.
Result<void> make_private(const fs::path& path) {
  if (path.has_parent_path()) {
    OSLER_TRY_DO(make_folder(path.parent_path()));
  }
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == ENOSPC || errno == EDQUOT) {
    return Error(ErrorCode::Unavailable, "the disk is full; nothing was changed")
        .at(path.string())
        .hint("make room and run the same command again");
  }
  return Error(ErrorCode::PermissionDenied, "the database cannot be opened for writing")
      .at(path.string())
      .hint("give this user the right to the file and its folder, or choose another --home");
}

}  // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const fs::path& path) {
  if (sqlite3_libversion_number() < SQLITE_VERSION_NUMBER) {
    return Error(ErrorCode::Internal, "SQLite " + engine_version() +
                                          " is older than the one osler was built with, " +
                                          SQLITE_VERSION)
        .hint("install libsqlite3-0 from the same Debian release");
  }
  OSLER_TRY_DO(make_private(path));
  auto connection = std::make_unique<Connection>();
  connection->path = path;
  sqlite3* handle = nullptr;
  // Our own lock covers every call, so SQLite's are left out.
  const int code = sqlite3_open_v2(
      path.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  connection->handle.reset(handle);
  if (code != SQLITE_OK) {
    return connection->error(code);
  }
  if (sqlite3_db_readonly(handle, "main") == 1) {
    return connection->error(SQLITE_READONLY);
  }
  Database database(std::move(connection));
  OSLER_TRY_DO(database.configure());
  return database;
}

Result<void> Database::configure() {
  sqlite3* handle = connection_->handle.get();
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Rollback journal, not WAL: SQLite before 3.51.3 can corrupt a WAL database when two connections
  // write or checkpoint at once. Memory maps made that worse.
  OSLER_TRY(const auto mode, text("PRAGMA journal_mode = TRUNCATE"));
  if (mode != "truncate") {
    return Error(ErrorCode::Unavailable, "the rollback journal cannot be switched on")
        .at(path().string())
        .hint("end the other programs that have this home open");
  }
  return connection_->run(
      "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;"
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
      "SELECT count(*) FROM sqlite_schema;");
}

Result<std::int64_t> Database::execute(std::string_view sql, std::initializer_list<Value> values) {
  OSLER_TRY(auto statement, prepare(sql, values));
  bool more = true;
  while (more) {
    OSLER_TRY(more, statement.step());
  }
  return sqlite3_changes64(connection_->handle.get());
}

Result<std::optional<std::int64_t>> Database::integer(std::string_view sql,
                                                      std::initializer_list<Value> values) {
  OSLER_TRY(auto statement, prepare(sql, values));
  OSLER_TRY(const bool found, statement.step());
  if (!found || statement.is_null(0)) {
    return std::optional<std::int64_t>();
  }
  return std::optional(statement.integer(0));
}

Result<std::optional<std::string>> Database::text(std::string_view sql,
                                                  std::initializer_list<Value> values) {
  OSLER_TRY(auto statement, prepare(sql, values));
  OSLER_TRY(const bool found, statement.step());
  if (!found || statement.is_null(0)) {
    return std::optional<std::string>();
  }
  return std::optional(statement.text(0));
}

std::int64_t Database::last_id() const {
  const std::lock_guard lock(connection_->mutex);
  return sqlite3_last_insert_rowid(connection_->handle.get());
}

Result<void> Database::check() {
  OSLER_TRY(const auto integrity, text("PRAGMA integrity_check(1)"));
  OSLER_TRY(const auto orphan, text("PRAGMA foreign_key_check"));
  if (integrity != "ok" || orphan) {
    return Error(ErrorCode::DataCorrupt, orphan
                                             ? "rows of " + *orphan + " refer to rows that are gone"
                                             : "the database is damaged")
        .at(path().string())
        .hint("restore the home from its backup; the stored objects beside it are not affected");
  }
  return {};
}

const fs::path& Database::path() const {
  return connection_->path;
}

std::string Database::engine_version() {
  return sqlite3_libversion();
}

}  // namespace osler::storage::database
