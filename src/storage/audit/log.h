#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "storage/audit/merkle.h"
#include "storage/database/database.h"

namespace osler::storage::audit {

// One thing that somebody did. `facts` name digests, versions and reasons ("model", "digest",
// "from", "to"); never a patient, an identifier of one, or anything from a header.
struct Event {
  std::string actor;   // who: "dr.jones", "osler ingest"
  std::string action;  // what: "model.promote", "dataset.create"
  std::map<std::string, std::string> facts;
};

struct Record {
  std::uint64_t index = 0;  // from 0
  std::string time;         // RFC 3339
  Event event;
};

// A tree head with the home's signature: what a third party keeps, to see later that nothing
// before it was changed.
struct SignedHead {
  TreeHead head;
  Bytes signature;  // Ed25519 over "osler-audit-head/1\n<size>\n<root in hex>\n"
};

// What verify() read.
struct Verified {
  std::uint64_t records = 0;
  TreeHead head;
};

// The append-only record of what was done in a home: a Merkle log (RFC 9162) in the database, each
// head signed with the home's audit key. Callable from several threads, as the database is.
class Log {
 public:
  // `key` is the file of the Ed25519 private key (32 bytes, mode 0600), made with the log; its
  // public half lies beside it as <key>.pub (hexadecimal), and the newest head as <key>.head, so
  // that records cut from the end are missed as well. `database` and `clock` must outlive the log.
  // FailedPrecondition: the log has records but the key is gone.
  [[nodiscard]] static Result<Log> open(Database& database, const std::filesystem::path& key,
                                        const Clock& clock);

  // Adds to the log in the transaction that makes the change: both stand, or neither.
  [[nodiscard]] Result<TreeHead> append(Transaction& change, const Event& event);
  // Several under one signed head.
  [[nodiscard]] Result<TreeHead> append(Transaction& change, std::span<const Event> events);

  // Reads every record, recomputes the tree and compares it with every stored, signed head.
  // DataCorrupt: a record was edited, removed, added or moved, or a head was not signed by this
  // home; the message says which record. `witness`: a head that was kept elsewhere, besides the one
  // beside the key.
  [[nodiscard]] Result<Verified> verify(const std::optional<SignedHead>& witness = {}) const;

  // Records from `first` on, oldest first, at most `count`.
  [[nodiscard]] Result<std::vector<Record>> records(std::uint64_t first, std::uint64_t count) const;
  // The newest record of this action, if there is one.
  [[nodiscard]] Result<std::optional<Record>> newest(std::string_view action) const;
  // The newest head; size 0 when nothing was recorded.
  [[nodiscard]] Result<SignedHead> head() const;
  // RFC 9162 proofs against the tree as it stands. InvalidArgument: outside the log.
  [[nodiscard]] Result<std::vector<crypto::Digest>> inclusion(std::uint64_t index) const;
  [[nodiscard]] Result<std::vector<crypto::Digest>> consistency(std::uint64_t first) const;

  [[nodiscard]] const Bytes& public_key() const { return key_.public_key; }

 private:
  Log(Database& database, crypto::KeyPair key, const Clock& clock)
      : database_(&database), key_(std::move(key)), clock_(&clock) {}
  [[nodiscard]] Result<std::vector<crypto::Digest>> leaves() const;
  [[nodiscard]] Result<std::vector<SignedHead>> heads() const;
  [[nodiscard]] Result<std::vector<SignedHead>> heads_with(
      const std::optional<SignedHead>& witness) const;
  [[nodiscard]] Result<std::optional<SignedHead>> read_witness() const;
  [[nodiscard]] Result<void> advance_witness() const;

  Database* database_;
  crypto::KeyPair key_;
  const Clock* clock_;
  std::filesystem::path witness_;  // of the newest head that an earlier open() saw
};

// Whether the head was signed with this key.
[[nodiscard]] bool signed_by(const SignedHead& head, BytesView public_key);

}  // namespace osler::storage::audit
