#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include <sqlite3.h>

#include "base/result.h"

namespace osler::storage::database {

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Connection {
 public:
  std::filesystem::path path;
  std::unique_ptr<sqlite3, CloseHandle> handle;
  std::recursive_mutex mutex;
  // A sync failed: Linux may have dropped the pages and called them clean, so nothing that is
  // written from now on could be promised.
  bool sync_failed = false;

  // What SQLite's result code means for a user.
  [[nodiscard]] Error error(int code);
  // Several statements without values and rows.
  [[nodiscard]] Result<void> run(std::string_view sql);
};

}  // namespace osler::storage::database
