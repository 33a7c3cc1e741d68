#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::storage::objects {

class Batch;

// Bytes under their own SHA-256: <folder>/ab/cdef…, each object once, never changed. What put() or
// Batch::commit() returned survives a power cut; a kill leaves only temporaries, which the next
// open() removes. Callable from several threads; several processes may share the folder.
class Store {
 public:
  // Makes the folder where it is missing. PermissionDenied: not writable. Unavailable: disk full.
  [[nodiscard]] static Result<Store> open(const std::filesystem::path& folder);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Unavailable: disk full; or a sync failed before, after which this store takes nothing more
  // (Linux marks pages clean that never reached the disk, so a second try would lie).
  [[nodiscard]] Result<crypto::Digest> put(BytesView bytes);
  // All of them, durable together, at about the cost of one.
  [[nodiscard]] Result<std::vector<crypto::Digest>> put_all(std::span<const BytesView> objects);

  // The object's bytes, compared with their digest. NotFound: no such object. NotSupported: more
  // than `max_bytes`. DataCorrupt: the file on the disk has changed.
  [[nodiscard]] Result<Bytes> read(const crypto::Digest& digest,
                                   std::uint64_t max_bytes = std::uint64_t{4} << 30) const;
  [[nodiscard]] bool contains(const crypto::Digest& digest) const;
  // Reads the object in pieces and compares. NotFound, DataCorrupt.
  [[nodiscard]] Result<void> verify(const crypto::Digest& digest) const;
  // The digests of all objects, sorted; of those that are put meanwhile some may be missing.
  [[nodiscard]] Result<std::vector<crypto::Digest>> list() const;
  // Where the object lies, or would: for mapping into memory.
  [[nodiscard]] std::filesystem::path path(const crypto::Digest& digest) const;

 private:
  friend class Batch;
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Objects that become durable together: add() writes a temporary, commit() syncs all of them,
// then gives each its name. Dropped without commit(), nothing of it stays. add() is callable from
// several threads; the store must outlive it.
class Batch {
 public:
  explicit Batch(Store& store);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();

  // The digest at once; the object is not acknowledged, nor found by the store, before commit().
  // Errors as for Store::put.
  [[nodiscard]] Result<crypto::Digest> add(BytesView bytes);
  // The batch is then empty and may be used again. On an error none of it is acknowledged.
  [[nodiscard]] Result<void> commit();

 private:
  struct Pending;
  void drop();
  [[nodiscard]] Result<void> make_durable();
  [[nodiscard]] Result<std::set<std::filesystem::path>> name_all();

  Store* store_;
  std::mutex mutex_;
  std::map<crypto::Digest, Pending> pending_;
};

}  // namespace osler::storage::objects
