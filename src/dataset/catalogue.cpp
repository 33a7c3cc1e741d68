#include "dataset/catalogue.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"

namespace osler::dataset {
namespace {

constexpr std::array kSchema{storage::database::Migration{"dataset/1-versions", R"sql(
CREATE TABLE dataset_versions (
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  digest TEXT NOT NULL,
  parent TEXT,
  items INTEGER NOT NULL,
  note TEXT NOT NULL,
  created TEXT NOT NULL,
  PRIMARY KEY (name, number)
) STRICT;
CREATE INDEX dataset_versions_digest ON dataset_versions (digest);
)sql"}};

constexpr std::string_view kColumns =
    "SELECT name, number, digest, parent, items, note, created FROM dataset_versions ";

Result<Version> read_version(const storage::Statement& rows) {
  Version version;
  version.name = rows.text(0);
  version.number = rows.integer(1);
  OSLER_TRY(version.digest, rows.digest(2));
  if (!rows.is_null(3)) {
    OSLER_TRY(version.parent, rows.digest(3));
  }
  version.items = rows.integer(4);
  version.note = rows.text(5);
  version.created = rows.text(6);
  return version;
}

Result<std::vector<Version>> read_versions(storage::Statement rows) {
  std::vector<Version> versions;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return versions;
    }
    OSLER_TRY(Version version, read_version(rows));
    versions.push_back(std::move(version));
  }
}

Result<void> check_name(const std::string& name) {
  const bool good =
      !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
      });
  if (!good) {
    return Error(
        ErrorCode::InvalidArgument,
        "a data set's name is 1 to 64 letters, digits, '.', '_' or '-', not \"" + name + "\"");
  }
  return {};
}

// "chest@v3" is {"chest", 3}; without a number the newest is meant.
struct Reference {
  std::string name;
  std::optional<std::int64_t> number;
};

Result<Reference> parse(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) {
    return Reference{.name = std::string(text), .number = {}};
  }
  std::string_view number = text.substr(at + 1);
  if (number.starts_with('v')) {
    number.remove_prefix(1);
  }
  const auto parsed = parse_integer(number);
  if (!parsed) {
    return Error(ErrorCode::InvalidArgument, "\"" + std::string(text) + "\" is no data set version")
        .hint("write name@v3");
  }
  return Reference{.name = std::string(text.substr(0, at)), .number = parsed};
}

}  // namespace

Result<Catalogue> Catalogue::open(storage::Database& database, storage::objects::Store& store,
                                  const Clock& clock) {
  OSLER_TRY_DO(database.migrate(kSchema));
  return Catalogue(database, store, clock);
}

Result<Catalogue::Created> Catalogue::create(storage::Transaction& change, const NewVersion& about,
                                             const Manifest& manifest) {
  OSLER_TRY_DO(check_name(about.name));
  if (manifest.items.empty()) {
    return Error(ErrorCode::InvalidArgument, "a data set needs at least one film").at(about.name);
  }
  auto& database = change.database();
  const std::string text = to_json_lines(manifest);
  const auto identity = crypto::sha256(text);
  OSLER_TRY(auto same, database.prepare(std::string(kColumns) + "WHERE name = ? AND digest = ?",
                                        {about.name, identity}));
  OSLER_TRY(auto known, read_versions(std::move(same)));
  if (!known.empty()) {
    return Created{.version = std::move(known.front()), .is_new = false};
  }
  OSLER_TRY_DO(store_->put(as_bytes(text)));
  OSLER_TRY(
      const auto last,
      database.integer("SELECT max(number) FROM dataset_versions WHERE name = ?", {about.name}));
  Version version{.name = about.name,
                  .number = last.value_or(0) + 1,
                  .digest = identity,
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
  if (const auto identity = crypto::Digest::from_hex(reference)) {
    OSLER_TRY(auto rows,
              database_->prepare(std::string(kColumns) + "WHERE digest = ?", {*identity}));
    OSLER_TRY(auto found, read_versions(std::move(rows)));
    if (!found.empty()) {
      return found.front();
    }
  }
  OSLER_TRY(const Reference wanted, parse(reference));
  OSLER_TRY(auto rows, database_->prepare(std::string(kColumns) +
                                              "WHERE name = ?1 AND (?2 IS NULL OR number = ?2) "
                                              "ORDER BY number DESC LIMIT 1",
                                          {wanted.name, wanted.number}));
  OSLER_TRY(auto found, read_versions(std::move(rows)));
  if (!found.empty()) {
    return found.front();
  }
  OSLER_TRY(const auto all, list());
  std::vector<std::string> names;
  for (const auto& version : all) {
    names.push_back(version.name);
    names.push_back(version.reference());
  }
  const auto near = nearest(reference, names);
  return Error(ErrorCode::NotFound, "there is no data set \"" + std::string(reference) + "\"")
      .hint(near ? "write " + *near + ", or see osler dataset list" : "see osler dataset list");
}

Result<std::vector<Version>> Catalogue::list() const {
  OSLER_TRY(auto rows, database_->prepare(std::string(kColumns) + "ORDER BY name, number DESC"));
  return read_versions(std::move(rows));
}

Result<Manifest> Catalogue::manifest(const Version& version) const {
  OSLER_TRY(const Bytes bytes, store_->read(version.digest));
  return parse_manifest(as_text(bytes), version.reference());
}

}  // namespace osler::dataset
