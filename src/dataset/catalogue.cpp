#include "dataset/catalogue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace osler::dataset {
namespace {

using storage::Database;
using storage::Statement;
using storage::database::Migration;

constexpr std::array kMigrations{
    Migration{"dataset/1-versions",
              "CREATE TABLE dataset_versions("
              "  name TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, parent TEXT,"
              "  items INTEGER NOT NULL, note TEXT NOT NULL, created TEXT NOT NULL,"
              "  PRIMARY KEY (name, number), UNIQUE (name, digest)) STRICT;"
              "CREATE INDEX dataset_versions_digest ON dataset_versions(digest);"
              // A version that a model was trained on stays what it was.
              "CREATE TRIGGER dataset_versions_stay BEFORE UPDATE ON dataset_versions "
              "BEGIN SELECT RAISE(ABORT, 'a data set version never changes'); END;"}};

constexpr std::string_view kColumns =
    "SELECT name, number, digest, parent, items, note, created FROM dataset_versions ";

Result<Version> version_at(const Statement& row) {
  Version version;
  version.name = row.text(0);
  version.number = row.integer(1);
  OSLER_TRY(version.digest, row.digest(2));
  if (!row.is_null(3)) {
    OSLER_TRY(version.parent, row.digest(3));
  }
  version.items = row.integer(4);
  version.note = row.text(5);
  version.created = row.text(6);
  return version;
}

// All rows, or only the first.
Result<std::vector<Version>> versions(Database& database, std::string_view where,
                                      std::initializer_list<storage::database::Value> values) {
  OSLER_TRY(auto rows, database.prepare(std::string(kColumns) + std::string(where), values));
  std::vector<Version> found;
  while (true) {
    OSLER_TRY(const bool more, rows.step());
    if (!more) {
      return found;
    }
    OSLER_TRY(Version version, version_at(rows));
    found.push_back(std::move(version));
  }
}

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShortestDigest = 8;
constexpr std::size_t kDigestDigits = 64;

bool is_name(std::string_view name) {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
  };
  return !name.empty() && name.size() <= kLongestName && name[0] != '.' && name[0] != '-' &&
         std::ranges::all_of(name, allowed);
}

// "name@v3" as a name and a number; the number is nothing for the newest, -1 for what is no number.
std::pair<std::string, std::optional<std::int64_t>> parse_reference(std::string_view reference) {
  const std::size_t at = reference.find('@');
  if (at == std::string_view::npos) {
    return {std::string(reference), std::nullopt};
  }
  std::string_view number = reference.substr(at + 1);
  if (number.starts_with('v')) {
    number.remove_prefix(1);
  }
  return {std::string(reference.substr(0, at)), parse_integer(number).value_or(-1)};
}

// The digest's first digits in "name@ab12cd34"; empty: they are none.
std::string parse_prefix(std::string_view reference) {
  const std::size_t at = reference.find('@');
  const auto digits = at == std::string_view::npos ? "" : lower(reference.substr(at + 1));
  const bool good = digits.size() >= kShortestDigest && digits.size() <= kDigestDigits &&
                    digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? digits : std::string();
}

}  // namespace

Result<Catalogue> Catalogue::open(Database& database, storage::objects::Store& store,
                                  const Clock& clock) {
  OSLER_TRY_DO(database.migrate(kMigrations));
  return Catalogue(database, store, clock);
}

Result<Catalogue::Created> Catalogue::create(storage::Transaction& change, const NewVersion& about,
                                             const Manifest& manifest) {
  if (!is_name(about.name)) {
    return Error(ErrorCode::InvalidArgument,
                 "\"" + about.name + "\" cannot be the name of a data set")
        .hint("use up to 64 letters, digits, '.', '_' or '-'");
  }
  if (manifest.items.empty()) {
    return Error(ErrorCode::InvalidArgument, "the data set would hold no items");
  }
  const std::string lines = to_json_lines(manifest);
  const crypto::Digest digest = crypto::sha256(lines);
  Database& database = change.database();
  OSLER_TRY(auto same, versions(database, "WHERE name = ? AND digest = ?", {about.name, digest}));
  if (!same.empty()) {
    return Created{.version = std::move(same.front()), .is_new = false};
  }
  OSLER_TRY_DO(store_->put(as_bytes(lines)));
  OSLER_TRY(
      const auto newest,
      database.integer("SELECT max(number) FROM dataset_versions WHERE name = ?", {about.name}));
  Version version{.name = about.name,
                  .number = newest.value_or(0) + 1,
                  .digest = digest,
                  .parent = about.parent,
                  .items = static_cast<std::int64_t>(manifest.items.size()),
                  .note = about.note,
                  .created = to_rfc3339(clock_->now())};
  OSLER_TRY_DO(database.execute("INSERT INTO dataset_versions VALUES (?, ?, ?, ?, ?, ?, ?)",
                                {version.name, version.number, version.digest, version.parent,
                                 version.items, version.note, version.created}));
  return Created{.version = std::move(version), .is_new = true};
}

Result<Version> Catalogue::find(std::string_view reference) const {
  if (const auto digest = crypto::Digest::from_hex(reference)) {
    OSLER_TRY(auto found,
              versions(*database_, "WHERE digest = ? ORDER BY name, number LIMIT 1", {*digest}));
    if (!found.empty()) {
      return std::move(found.front());
    }
  }
  const auto [name, number] = parse_reference(reference);
  OSLER_TRY(auto found, versions(*database_,
                                 "WHERE name = ?1 AND number = coalesce(?2, number) "
                                 "ORDER BY number DESC LIMIT 1",
                                 {name, number}));
  if (!found.empty()) {
    return std::move(found.front());
  }
  if (const auto prefix = parse_prefix(reference); !prefix.empty()) {
    OSLER_TRY(found,
              versions(*database_, "WHERE name = ? AND substr(digest, 1, ?) = ? ORDER BY number",
                       {name, prefix.size(), prefix}));
    if (found.size() > 1) {
      return Error(ErrorCode::InvalidArgument,
                   "several versions of " + name + " begin like that: " + prefix)
          .hint("write more digits of the digest");
    }
    if (!found.empty()) {
      return std::move(found.front());
    }
  }
  OSLER_TRY(const auto all, list());
  std::vector<std::string> names;
  for (const auto& version : all) {
    names.push_back(version.name);
    if (version.name == name) {
      return Error(ErrorCode::NotFound, "the data set " + name +
                                            " has no such version; its newest is " +
                                            version.reference())
          .hint("osler dataset list shows all versions");
    }
  }
  const auto near = nearest(name, names);
  return Error(ErrorCode::NotFound, "there is no data set \"" + std::string(reference) + "\"" +
                                        (near ? "; did you mean \"" + *near + "\"?" : ""))
      .hint("osler dataset list shows those there are");
}

Result<std::vector<Version>> Catalogue::list() const {
  return versions(*database_, "ORDER BY name, number DESC", {});
}

Result<Manifest> Catalogue::manifest(const Version& version) const {
  OSLER_TRY(const Bytes lines, store_->read(version.digest));
  return parse_manifest(as_text(lines), version.reference());
}

}  // namespace osler::dataset
