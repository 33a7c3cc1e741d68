#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "dataset/manifest.h"
#include "storage/database/database.h"
#include "storage/objects/store.h"

namespace osler::dataset {

// One immutable version of a named data set.
struct Version {
  std::string name;
  std::int64_t number = 0;               // from 1
  crypto::Digest digest;                 // of the manifest, and the object that holds it
  std::optional<crypto::Digest> parent;  // the version it was made from
  std::int64_t items = 0;
  std::string note;     // why it was made
  std::string created;  // RFC 3339

  [[nodiscard]] std::string reference() const { return name + "@v" + std::to_string(number); }
  // "phantom@ab12cd34": the same in every home.
  [[nodiscard]] std::string short_digest() const { return name + "@" + digest.hex().substr(0, 8); }
};

// The data sets of a home: names and versions in the database, manifests as objects.
class Catalogue {
 public:
  // All three must outlive the catalogue.
  [[nodiscard]] static Result<Catalogue> open(storage::Database& database,
                                              storage::objects::Store& store, const Clock& clock);

  // Stores the manifest as the next version of `name`; where a version of that name has the same
  // digest already, that one is returned and nothing is made. In the caller's transaction, so that
  // an audit record can stand beside it.
  // InvalidArgument: a name other than letters, digits, '.', '_', '-' (at most 64), or no items.
  struct NewVersion {
    std::string name;
    std::optional<crypto::Digest> parent;
    std::string note;
  };
  struct Created {
    Version version;
    bool is_new = true;
  };
  [[nodiscard]] Result<Created> create(storage::Transaction& change, const NewVersion& about,
                                       const Manifest& manifest);

  // "name" (its newest version), "name@v3", "name@3", a manifest's digest (64 digits), or
  // "name@digest" with at least its first 8 digits.
  // NotFound: none such; the hint names the nearest and how to list them. InvalidArgument: several
  // versions' digests begin like that.
  [[nodiscard]] Result<Version> find(std::string_view reference) const;
  // By name, then newest first.
  [[nodiscard]] Result<std::vector<Version>> list() const;
  [[nodiscard]] Result<Manifest> manifest(const Version& version) const;

 private:
  Catalogue(storage::Database& database, storage::objects::Store& store, const Clock& clock)
      : database_(&database), store_(&store), clock_(&clock) {}

  storage::Database* database_;
  storage::objects::Store* store_;
  const Clock* clock_;
};

// What changed from one manifest to another. Items are matched by id.
struct Relabelled {
  std::string id;
  std::string label;
  std::string from;  // empty: had none
  std::string to;    // empty: has none now
};
struct Moved {
  std::string id;
  std::string from;  // split
  std::string to;
};
struct Difference {
  std::vector<std::string> added;  // ids
  std::vector<std::string> removed;
  std::vector<std::string> replaced;  // same id, other bytes
  std::vector<Relabelled> relabelled;
  std::vector<Moved> moved;        // same id, other split
  std::uint64_t patients_new = 0;  // patients of `after` that `before` did not have
  std::uint64_t patients_gone = 0;
  SplitCounts before;
  SplitCounts after;
  [[nodiscard]] bool empty() const;
};
[[nodiscard]] Difference diff(const Manifest& before, const Manifest& after);

}  // namespace osler::dataset
