#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::deploy::registry {

enum class Stage : std::uint8_t { Development, Shadow, Production, Retired };
[[nodiscard]] std::string_view to_string(Stage stage);  // "development", "shadow", …
// InvalidArgument: another word; the hint lists the stages.
[[nodiscard]] Result<Stage> stage_from(std::string_view word);

struct Model {
  std::string name;
  std::int64_t version = 0;  // from 1
  crypto::Digest digest;     // of its package
  std::string content;       // what it was made from: the same content is the same version
  Stage stage = Stage::Development;

  [[nodiscard]] std::string reference() const { return name + "@" + std::to_string(version); }
};

// One step of a model's history: append-only, each step's hash covers the one before.
struct Step {
  std::int64_t index = 0;  // from 0
  std::string name;
  std::int64_t version = 0;
  Stage to = Stage::Development;
  std::string actor;
  std::string reason;
  std::string time;  // RFC 3339
  crypto::Digest hash;
};

// Who moves a model, and why.
struct Act {
  std::string actor;
  std::string reason;
};

// The models of a home and their stages. A stage is never stored, it is the last step of the
// history; the history is a hash chain, so verify() finds an edited, removed or moved step.
class Registry {
 public:
  // `database` and `clock` must outlive the registry.
  [[nodiscard]] static Result<Registry> open(storage::Database& database, const Clock& clock);

  [[nodiscard]] Result<std::int64_t> next_version(const std::string& name);
  // The version of that name that was made from the same content, if there is one.
  [[nodiscard]] Result<std::optional<Model>> find_content(const std::string& name,
                                                          const std::string& content);
  // A new version in development. FailedPrecondition: it exists.
  [[nodiscard]] Result<void> add(storage::Transaction& change, const Model& model, const Act& act);

  // NotFound: no such model or version; the hint names the nearest.
  [[nodiscard]] Result<Model> find(const std::string& name, std::int64_t version);
  // The version in production, if there is one.
  [[nodiscard]] Result<std::optional<Model>> production(const std::string& name);
  // By name, then newest first.
  [[nodiscard]] Result<std::vector<Model>> list();
  // Of one name, oldest first; of all where `name` is empty.
  [[nodiscard]] Result<std::vector<Step>> history(const std::string& name);

  // Moves a version to shadow or production. One version a name is in production: the former steps
  // back to shadow. FailedPrecondition: it is there already, or retired.
  [[nodiscard]] Result<void> promote(storage::Transaction& change, const Model& model, Stage to,
                                     const Act& act);
  // The version that was in production before returns to it, the present one goes to shadow; gives
  // the one that is in production now. FailedPrecondition: there is none to go back to.
  [[nodiscard]] Result<Model> rollback(storage::Transaction& change, const std::string& name,
                                       const Act& act);
  // Takes a version out of service for good. FailedPrecondition: it is retired.
  [[nodiscard]] Result<void> retire(storage::Transaction& change, const Model& model,
                                    const Act& act);

  // DataCorrupt: a step that was edited, removed or moved, naming it; or a model without a history.
  [[nodiscard]] Result<void> verify();

 private:
  Registry(storage::Database& database, const Clock& clock)
      : database_(&database), clock_(&clock) {}
  [[nodiscard]] Result<void> append(storage::Transaction& change, const Model& model, Stage to,
                                    const Act& act);

  storage::Database* database_;
  const Clock* clock_;
};

}  // namespace osler::deploy::registry
