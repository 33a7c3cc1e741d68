#include "storage/audit/log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

namespace osler::storage::audit {
namespace {

namespace fs = std::filesystem;
using database::Migration;

constexpr std::array kMigrations{Migration{
    "audit/1-log",
    "CREATE TABLE audit_records(position INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT;"
    "CREATE TABLE audit_heads("
    "  size INTEGER PRIMARY KEY, root TEXT NOT NULL, signature BLOB NOT NULL) STRICT;"
    // The right edge of the tree, so that a record costs no more as the log grows. Not trusted: it
    // must give the newest head.
    "CREATE TABLE audit_edge(one INTEGER PRIMARY KEY CHECK (one = 1), hashes BLOB NOT NULL) STRICT;"
    // Against accidents; what gets round these is found by verify().
    "CREATE TRIGGER audit_records_stay BEFORE UPDATE ON audit_records "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;"
    "CREATE TRIGGER audit_records_kept BEFORE DELETE ON audit_records "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;"
    "CREATE TRIGGER audit_heads_stay BEFORE UPDATE ON audit_heads "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;"
    "CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;"}};

// SQLite's integers are signed.
constexpr std::uint64_t kMost = std::uint64_t{1} << 62;

std::string signed_text(const TreeHead& head) {
  return "osler-audit-head/1\n" + std::to_string(head.size) + "\n" + head.root.hex() + "\n";
}

std::string entry_text(const Event& event, const std::string& time) {
  return dump_json(Json{
      {"action", event.action}, {"actor", event.actor}, {"facts", event.facts}, {"time", time}});
}

Result<Record> record_from(std::uint64_t index, const std::string& entry) {
  const std::string place = "audit record " + std::to_string(index);
  OSLER_TRY(const Json json, parse_json(entry, place, {.bytes = entry.size(), .depth = 4}));
  Record record{.index = index};
  OSLER_TRY(record.time, json_string(json, "time"));
  OSLER_TRY(record.event.actor, json_string(json, "actor"));
  OSLER_TRY(record.event.action, json_string(json, "action"));
  if (const auto facts = json.find("facts"); facts != json.end() && facts->is_object()) {
    for (const auto& [name, value] : facts->items()) {
      record.event.facts.emplace(name, value.is_string() ? value.get<std::string>() : "");
    }
  }
  return record;
}

Error tampered(std::string message) {
  return Error(ErrorCode::DataCorrupt, std::move(message))
      .hint(
          "keep the home as it is, compare it with its last backup, and tell whoever is "
          "responsible for it");
}

// "record 7" or "records 7 to 9".
std::string span_name(std::uint64_t first, std::uint64_t end) {
  return end - first == 1 ? "record " + std::to_string(first)
                          : "records " + std::to_string(first) + " to " + std::to_string(end - 1);
}

// Compares the tree, as it grows, with the heads that were signed over it.
class HeadChecker {
 public:
  HeadChecker(std::span<const SignedHead> heads, BytesView public_key)
      : heads_(heads), public_key_(public_key) {}

  // To be called at each size of the tree, from 0 on.
  Result<void> reach(const TreeHead& tree) {
    bool checked = false;
    for (; !heads_.empty() && heads_.front().head.size == tree.size; heads_ = heads_.subspan(1)) {
      if (heads_.front().head.root != tree.root) {
        return tampered(span_name(good_until_, tree.size) +
                        " of the audit log: edited, or not in its place");
      }
      if (!signed_by(heads_.front(), public_key_)) {
        return tampered("the head over " + span_name(good_until_, tree.size) +
                        " of the audit log was not signed by this home");
      }
      checked = true;
    }
    good_until_ = checked ? tree.size : good_until_;
    return {};
  }

 private:
  std::span<const SignedHead> heads_;
  BytesView public_key_;
  std::uint64_t good_until_ = 0;  // records before this one stand under a head that fits
};

Result<SignedHead> newest_head(Database& database) {
  OSLER_TRY(auto row, database.prepare("SELECT size, root, signature FROM audit_heads "
                                       "ORDER BY size DESC LIMIT 1"));
  OSLER_TRY(const bool found, row.step());
  if (!found) {
    return SignedHead{.head = Frontier().head(), .signature = {}};
  }
  SignedHead head;
  head.head.size = static_cast<std::uint64_t>(row.integer(0));
  OSLER_TRY(head.head.root, row.digest(1));
  head.signature = row.bytes(2);
  return head;
}

Result<crypto::KeyPair> read_key(const fs::path& path) {
  OSLER_TRY(const Bytes bytes, read_file(path, 1024));
  auto key = crypto::key_pair_from_private(bytes);
  if (!key) {
    return Error(ErrorCode::DataCorrupt, "this is not an audit key")
        .at(path.string())
        .hint("restore it from the backup of the home");
  }
  return key;
}

bool is_absent(const fs::path& path) {
  return ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

// The key where there is one, else a new one. Under the database's write lock, so that two
// processes that start together agree.
Result<crypto::KeyPair> open_key(Database& database, const fs::path& path) {
  if (!is_absent(path)) {
    return read_key(path);
  }
  OSLER_TRY(auto lock, Transaction::begin(database));
  if (!is_absent(path)) {
    return read_key(path);
  }
  OSLER_TRY(const auto newest, newest_head(database));
  if (newest.head.size > 0) {
    return Error(ErrorCode::FailedPrecondition,
                 "the audit log has records but the key that signed them is gone")
        .at(path.string())
        .hint("restore the key from the backup of the home");
  }
  auto key = crypto::make_key_pair();
  OSLER_TRY_DO(write_file(fs::path(path.string() + ".pub"), to_hex(key.public_key) + "\n"));
  OSLER_TRY_DO(write_file(path, BytesView(key.private_key)));
  ::chmod(path.c_str(), 0600);
  return key;
}

}  // namespace

bool signed_by(const SignedHead& head, BytesView public_key) {
  return crypto::verify(public_key, as_bytes(signed_text(head.head)), head.signature);
}

Result<Log> Log::open(Database& database, const fs::path& key, const Clock& clock) {
  OSLER_TRY_DO(database.migrate(kMigrations));
  OSLER_TRY(auto pair, open_key(database, key));
  Log log(database, std::move(pair), clock);
  log.witness_ = key.string() + ".head";
  OSLER_TRY_DO(log.advance_witness());
  return log;
}

Result<TreeHead> Log::append(Transaction& change, const Event& event) {
  return append(change, std::span(&event, 1));
}

Result<TreeHead> Log::append(Transaction& change, std::span<const Event> events) {
  Database& database = change.database();
  OSLER_TRY(const SignedHead newest, newest_head(database));
  if (events.empty()) {
    return newest.head;
  }
  Bytes edge;
  {
    OSLER_TRY(auto row, database.prepare("SELECT hashes FROM audit_edge"));
    OSLER_TRY(const bool found, row.step());
    edge = found ? row.bytes(0) : Bytes();
  }
  OSLER_TRY(Frontier frontier, Frontier::restore(newest.head.size, edge));
  if (frontier.head() != newest.head) {
    return tampered("the audit log's edge does not fit its newest head; nothing is added to it")
        .at(database.path().string());
  }
  const std::string time = to_rfc3339(clock_->now());
  for (const auto& event : events) {
    if (event.actor.empty() || event.action.empty()) {
      return Error(ErrorCode::InvalidArgument, "an audit event needs an actor and an action");
    }
    const std::string entry = entry_text(event, time);
    OSLER_TRY_DO(
        database.execute("INSERT INTO audit_records VALUES (?, ?)", {frontier.head().size, entry}));
    frontier.append(leaf_hash(as_bytes(entry)));
  }
  const TreeHead head = frontier.head();
  OSLER_TRY(const Bytes signature, crypto::sign(key_.private_key, as_bytes(signed_text(head))));
  OSLER_TRY_DO(database.execute("INSERT INTO audit_heads VALUES (?, ?, ?)",
                                {head.size, head.root, signature}));
  OSLER_TRY_DO(
      database.execute("INSERT OR REPLACE INTO audit_edge VALUES (1, ?)", {frontier.hashes()}));
  return head;
}

Result<std::vector<SignedHead>> Log::heads() const {
  OSLER_TRY(auto rows,
            database_->prepare("SELECT size, root, signature FROM audit_heads ORDER BY size"));
  std::vector<SignedHead> heads;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return heads;
    }
    SignedHead head;
    head.head.size = static_cast<std::uint64_t>(rows.integer(0));
    OSLER_TRY(head.head.root, rows.digest(1));
    head.signature = rows.bytes(2);
    heads.push_back(std::move(head));
  }
}

Result<std::vector<SignedHead>> Log::heads_with(const std::optional<SignedHead>& witness) const {
  OSLER_TRY(auto heads, this->heads());
  const std::uint64_t last = heads.empty() ? 0 : heads.back().head.size;
  OSLER_TRY(const auto own, read_witness());
  for (const auto& seen : {witness, own}) {
    if (seen && seen->head.size > last) {
      return tampered(span_name(last, seen->head.size) + " of the audit log are gone");
    }
    if (seen && seen->head.size > 0) {
      heads.push_back(*seen);
    }
  }
  std::ranges::stable_sort(heads, {}, [](const SignedHead& head) { return head.head.size; });
  return heads;
}

Result<Verified> Log::verify(const std::optional<SignedHead>& witness) const {
  // What was seen elsewhere must be part of this log as well.
  OSLER_TRY(const auto heads, heads_with(witness));
  OSLER_TRY(auto rows,
            database_->prepare("SELECT position, entry FROM audit_records ORDER BY position"));
  HeadChecker checker(heads, key_.public_key);
  Frontier frontier;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    OSLER_TRY_DO(checker.reach(frontier.head()));
    if (!found) {
      break;
    }
    if (std::cmp_not_equal(rows.integer(0), frontier.head().size)) {
      return tampered("record " + std::to_string(frontier.head().size) +
                      " of the audit log is gone");
    }
    frontier.append(leaf_hash(as_bytes(rows.text(1))));
  }
  const std::uint64_t size = frontier.head().size;
  const std::uint64_t last = heads.empty() ? 0 : heads.back().head.size;
  if (size < last) {
    return tampered(span_name(size, last) + " of the audit log are gone");
  }
  if (size > last) {
    return tampered(span_name(last, size) + " of the audit log were added by someone else");
  }
  return Verified{.records = size, .head = frontier.head()};
}

Result<std::vector<Record>> Log::records(std::uint64_t first, std::uint64_t count) const {
  OSLER_TRY(auto rows, database_->prepare("SELECT position, entry FROM audit_records "
                                          "WHERE position >= ? ORDER BY position LIMIT ?",
                                          {std::min(first, kMost), std::min(count, kMost)}));
  std::vector<Record> records;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return records;
    }
    OSLER_TRY(Record record,
              record_from(static_cast<std::uint64_t>(rows.integer(0)), rows.text(1)));
    records.push_back(std::move(record));
  }
}

Result<std::optional<Record>> Log::newest(std::string_view action) const {
  // An entry's keys are sorted, so its action comes first.
  const std::string start =
      "{" + dump_json(Json("action")) + ":" + dump_json(Json(std::string(action))) + ",";
  OSLER_TRY(auto row, database_->prepare("SELECT position, entry FROM audit_records WHERE "
                                         "substr(entry, 1, length(?)) = ? "
                                         "ORDER BY position DESC LIMIT 1",
                                         {start, start}));
  OSLER_TRY(const bool found, row.step());
  if (!found) {
    return std::optional<Record>();
  }
  OSLER_TRY(Record record, record_from(static_cast<std::uint64_t>(row.integer(0)), row.text(1)));
  return std::optional(std::move(record));
}

Result<SignedHead> Log::head() const {
  return newest_head(*database_);
}

Result<std::vector<crypto::Digest>> Log::leaves() const {
  OSLER_TRY(auto rows, database_->prepare("SELECT entry FROM audit_records ORDER BY position"));
  std::vector<crypto::Digest> leaves;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return leaves;
    }
    leaves.push_back(leaf_hash(as_bytes(rows.text(0))));
  }
}

Result<std::vector<crypto::Digest>> Log::inclusion(std::uint64_t index) const {
  OSLER_TRY(const auto leaves, this->leaves());
  return inclusion_proof(leaves, index);
}

Result<std::vector<crypto::Digest>> Log::consistency(std::uint64_t first) const {
  OSLER_TRY(const auto leaves, this->leaves());
  return consistency_proof(leaves, first);
}

Result<std::optional<SignedHead>> Log::read_witness() const {
  if (is_absent(witness_)) {
    return std::optional<SignedHead>();
  }
  OSLER_TRY(const std::string text, read_text(witness_, 4096));
  OSLER_TRY(const Json json, parse_json(text, witness_.string()));
  SignedHead seen;
  OSLER_TRY(const auto size, json_integer(json, "size"));
  OSLER_TRY(const auto root, json_string(json, "root"));
  OSLER_TRY(const auto signature, json_string(json, "signature"));
  const auto digest = crypto::Digest::from_hex(root);
  if (!digest || size < 0) {
    return tampered("the head kept beside the audit key is damaged").at(witness_.string());
  }
  seen.head = {.size = static_cast<std::uint64_t>(size), .root = *digest};
  OSLER_TRY(seen.signature, from_hex(signature));
  return std::optional(std::move(seen));
}

// The head beside the key moves on only where this log grew out of it; else it stays, and verify()
// will say so.
Result<void> Log::advance_witness() const {
  const auto read = read_witness();
  OSLER_TRY(const SignedHead newest, newest_head(*database_));
  if (!read || newest.head.size == 0) {
    return {};
  }
  const SignedHead seen = read->value_or(SignedHead{});
  if (seen.head.size > 0) {
    OSLER_TRY(const auto root,
              database_->text("SELECT root FROM audit_heads WHERE size = ?", {seen.head.size}));
    if (root != seen.head.root.hex() || seen.head.size == newest.head.size) {
      return {};
    }
  }
  const Json json{{"size", newest.head.size},
                  {"root", newest.head.root.hex()},
                  {"signature", to_hex(newest.signature)}};
  return write_file(witness_, pretty_json(json));
}

}  // namespace osler::storage::audit
