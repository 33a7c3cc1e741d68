#include "storage/database/internal/connection.h"

#include <string>

namespace osler::storage::database {
namespace {

Error disk_error(int code, Connection& connection) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC ||
      code == SQLITE_IOERR_TRUNCATE) {
    connection.sync_failed = true;
    return Error(ErrorCode::Unavailable,
                 "the disk did not take the change; nothing more is written")
        .hint("check the disk (dmesg), then start again");
  }
  return Error(ErrorCode::Unavailable, "the disk cannot be read or written")
      .hint("check the disk (dmesg) and the space left on it");
}

Error meaning(int code, Connection& connection) {
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::DataCorrupt, "the database is damaged, or the file is not a database")
          .hint("restore the home from its backup; the stored objects beside it are not affected");
    case SQLITE_FULL:
      return Error(ErrorCode::Unavailable, "the disk is full; nothing was changed")
          .hint("make room and run the same command again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorCode::Unavailable, "another osler is writing to this home")
          .hint("wait until it has ended, then run the same command again");
    case SQLITE_IOERR:
      return disk_error(code, connection);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error(ErrorCode::PermissionDenied, "the database cannot be opened for writing")
          .hint("give this user the right to the file and its folder, or choose another --home");
    case SQLITE_CONSTRAINT:
      return Error(ErrorCode::FailedPrecondition,
                   std::string("a rule of the database refused the change: ") +
                       sqlite3_errmsg(connection.handle.get()));
    case SQLITE_NOMEM:
      return Error(ErrorCode::Unavailable, "out of memory");
    default:
      return Error(ErrorCode::Internal,
                   std::string("the database refused: ") + sqlite3_errmsg(connection.handle.get()));
  }
}

}  // namespace

Error Connection::error(int code) {
  return meaning(code, *this).at(path.string());
}

Result<void> Connection::run(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return error(code);
  }
  return {};
}

}  // namespace osler::storage::database
