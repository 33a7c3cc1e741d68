#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/database/database.h"
#include "storage/database/internal/connection.h"

namespace osler::storage::database {
namespace {

namespace fs = std::filesystem;
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

// How often a lock is tried for, a millisecond apart. SQLite's own handler waits a hundred times as
// long between tries, and beside one who writes without pause it would seldom meet a gap.
constexpr int kTries = 30'000;
// 16 MiB at a time with the lock let go between, so that writers get their turn; each write by
// another process then starts the copy anew. After so many starts the file is in memory, and one
// pass with the lock held is short.
constexpr int kPagesAtOnce = 4096;
constexpr int kStarts = 3;

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};
using Backup = std::unique_ptr<sqlite3_backup, FinishBackup>;

int try_again(void*, int tries) {
  sqlite3_sleep(1);
  return tries < kTries ? 1 : 0;
}

// A file of our own, readable by nobody else from its first moment.
Result<void> make_empty(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) {
    return Error(ErrorCode::FailedPrecondition, "there is a file of this name already")
        .at(path.string());
  }
  if (file < 0) {
    return file_error(errno, "write it", path);
  }
  ::close(file);
  return {};
}

Result<void> make_durable(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fdatasync(file) == 0;
  const int number = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (!synced) {
    return file_error(number, "make it durable", path);
  }
  return sync_folder(path.parent_path());
}

Result<void> open_handle(const fs::path& path, Connection& connection) {
  connection.path = path;
  sqlite3* handle = nullptr;
  // Not read-only: what a killed process left in the journal must be rolled back first.
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection.handle.reset(handle);
  if (code != SQLITE_OK) {
    return connection.error(code);
  }
  sqlite3_busy_handler(handle, try_again, nullptr);
  return {};
}

Result<void> copy_pages(Connection& from, Connection& to) {
  const Backup backup(sqlite3_backup_init(to.handle.get(), "main", from.handle.get(), "main"));
  if (!backup) {
    return to.error(sqlite3_extended_errcode(to.handle.get()));
  }
  int starts = 0;
  int left = 0;
  while (true) {
    const int code = sqlite3_backup_step(backup.get(), starts < kStarts ? kPagesAtOnce : -1);
    if (code == SQLITE_DONE) {
      return {};
    }
    if (code != SQLITE_OK) {
      return from.error(code);
    }
    const int now_left = sqlite3_backup_remaining(backup.get());
    starts += now_left >= left ? 1 : 0;
    left = now_left;
  }
}

}  // namespace

Result<void> Database::copy_to(const fs::path& copy) const {
  OSLER_TRY_DO(make_empty(copy));
  const auto copied = [&]() -> Result<void> {
    Connection from;
    Connection to;
    OSLER_TRY_DO(open_handle(path(), from));
    OSLER_TRY_DO(open_handle(copy, to));
    // Nothing of a copy counts before it is whole: it is synced once, at the end.
    OSLER_TRY_DO(to.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"));
    OSLER_TRY_DO(copy_pages(from, to));
    return {};
  }();
  if (!copied) {
    ::unlink(copy.c_str());
    return copied;
  }
  return make_durable(copy);
}

}  // namespace osler::storage::database
