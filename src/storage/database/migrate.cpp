#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/database/database.h"
#include "storage/database/internal/connection.h"

namespace osler::storage::database {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS migrations(name TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT";

std::string_view room_of(std::string_view name) {
  return name.substr(0, name.find('/'));
}

// Steps that the file has seen, with the digests of their text.
Result<std::map<std::string, std::string, std::less<>>> applied(Database& database) {
  OSLER_TRY(auto rows, database.prepare("SELECT name, digest FROM migrations"));
  std::map<std::string, std::string, std::less<>> names;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return names;
    }
    names.emplace(rows.text(0), rows.text(1));
  }
}

// The steps that are still to do, after checking those that were done.
Result<std::vector<Migration>> missing(Database& database, std::span<const Migration> migrations) {
  OSLER_TRY(const auto done, applied(database));
  std::set<std::string_view> rooms;
  std::set<std::string_view> known;
  std::vector<Migration> rest;
  for (const auto& migration : migrations) {
    rooms.insert(room_of(migration.name));
    known.insert(migration.name);
    const auto found = done.find(migration.name);
    if (found == done.end()) {
      rest.push_back(migration);
    } else if (found->second != crypto::sha256(migration.sql).hex()) {
      return Error(ErrorCode::DataCorrupt, "the schema step " + std::string(migration.name) +
                                               " was applied with another text")
          .at(database.path().string())
          .hint("use the osler that made this home");
    }
  }
  for (const auto& [name, digest] : done) {
    if (rooms.contains(room_of(name)) && !known.contains(name)) {
      return Error(ErrorCode::FailedPrecondition,
                   "this home was written by a newer osler (schema step " + name + ")")
          .at(database.path().string())
          .hint("install that osler, or choose another --home");
    }
  }
  return rest;
}

}  // namespace

Result<void> Database::migrate(std::span<const Migration> migrations) {
  OSLER_TRY(const auto table,
            integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'"));
  if (table) {
    OSLER_TRY(const auto rest, missing(*this, migrations));
    if (rest.empty()) {
      return {};
    }
  }
  OSLER_TRY(auto change, Transaction::begin(*this));
  OSLER_TRY_DO(connection_->run(kTable));
  // Asked again under the write lock: another process may have been faster.
  OSLER_TRY(const auto rest, missing(*this, migrations));
  for (const auto& migration : rest) {
    if (auto done = connection_->run(migration.sql); !done) {
      return std::move(done).error().in_step("schema step " + std::string(migration.name));
    }
    OSLER_TRY_DO(execute("INSERT INTO migrations(name, digest) VALUES (?, ?)",
                         {migration.name, crypto::sha256(migration.sql)}));
  }
  return change.commit();
}

Result<std::vector<std::string>> Database::schema() {
  OSLER_TRY(const auto table,
            integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'"));
  std::vector<std::string> names;
  if (table) {
    OSLER_TRY(const auto done, applied(*this));
    for (const auto& [name, digest] : done) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace osler::storage::database
