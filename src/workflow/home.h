#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "dataset/catalogue.h"
#include "storage/audit/log.h"
#include "storage/database/database.h"
#include "storage/jobs/journal.h"
#include "storage/objects/store.h"
#include "workflow/configuration.h"

namespace osler::workflow {

// A data home: everything that one installation keeps.
//
//   osler.db          rows: instances, receipts, data sets, runs, models, audit
//   objects/          bytes under their SHA-256: originals, research copies, manifests
//   keys/             signing.key (packages), audit.key, pseudonym.key; trusted/*.pub
//   runs/r1/          what a run wrote
//   models/NAME/1/    signed packages
//   cache/            tensors, made again when missing
//   config.json       optional
//
// Keys are made with the home and readable by their owner alone.
class Home {
 public:
  // Opens the home, making it where there is none. `clock` must outlive it.
  // DataCorrupt: the database is broken, or a key file has the wrong size. PermissionDenied,
  // Unavailable: as the file system says.
  [[nodiscard]] static Result<Home> open(const std::filesystem::path& folder, const Clock& clock);

  Home(Home&&) noexcept;
  Home& operator=(Home&&) noexcept;
  ~Home();

  [[nodiscard]] const std::filesystem::path& folder() const;
  [[nodiscard]] const Configuration& configuration() const;
  [[nodiscard]] const Clock& clock() const;
  [[nodiscard]] storage::Database& database();
  [[nodiscard]] storage::objects::Store& objects();
  [[nodiscard]] storage::audit::Log& audit();
  [[nodiscard]] storage::jobs::Journal& jobs();
  [[nodiscard]] dataset::Catalogue& catalogue();

  // The key that signs packages made here.
  [[nodiscard]] const crypto::KeyPair& signing_key() const;
  // The secret behind pseudonyms, UIDs and date shifts, 32 bytes.
  [[nodiscard]] BytesView pseudonym_key() const;
  // The public keys whose packages are opened here: this home's own and keys/trusted/*.pub.
  [[nodiscard]] const std::vector<Bytes>& trusted_keys() const;

  // One audit record in a transaction of its own, for what changes no row.
  [[nodiscard]] Result<void> record(std::string action, std::map<std::string, std::string> facts);
  [[nodiscard]] storage::audit::Event event(std::string action,
                                            std::map<std::string, std::string> facts) const;

 private:
  struct State;
  explicit Home(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace osler::workflow
