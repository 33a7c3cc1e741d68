#include "deploy/registry/registry.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace osler::deploy::registry {
namespace {

using storage::Transaction;
using storage::database::Migration;

constexpr std::array kSchema{Migration{"deploy/1-registry", R"sql(
CREATE TABLE models (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE model_steps (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  stage TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  time TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX model_steps_model ON model_steps (name, version);
)sql"}};

constexpr const char* kModels =
    "SELECT name, version, digest, content, (SELECT stage FROM model_steps s WHERE s.name = m.name "
    "AND s.version = m.version ORDER BY number DESC LIMIT 1) FROM models m ";

constexpr std::array<std::string_view, 4> kStages{"development", "shadow", "production", "retired"};

Result<Model> read_model(const storage::Statement& rows) {
  Model model;
  model.name = rows.text(0);
  model.version = rows.integer(1);
  OSLER_TRY(model.digest, rows.digest(2));
  model.content = rows.text(3);
  OSLER_TRY(model.stage, stage_from(rows.text(4)));
  return model;
}

Result<Step> read_step(const storage::Statement& rows) {
  Step step;
  step.index = rows.integer(0);
  step.name = rows.text(1);
  step.version = rows.integer(2);
  OSLER_TRY(step.to, stage_from(rows.text(3)));
  step.actor = rows.text(4);
  step.reason = rows.text(5);
  step.time = rows.text(6);
  OSLER_TRY(step.hash, rows.digest(7));
  return step;
}

// SHA-256 over the former hash and the step's own facts.
crypto::Digest hash_of(const crypto::Digest& former, const Step& step) {
  const Json facts{step.index, step.name,   step.version, std::string(to_string(step.to)),
                   step.actor, step.reason, step.time};
  return crypto::Sha256().update(former.bytes).update(dump_json(facts)).finish();
}

template <typename T, typename Read>
Result<std::vector<T>> collect(storage::Statement rows, Read read) {
  std::vector<T> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    OSLER_TRY(T entry, read(rows));
    list.push_back(std::move(entry));
  }
}

Error tampered(std::int64_t index) {
  return Error(ErrorCode::DataCorrupt, "the model history was changed after it was written")
      .at("model history, step " + std::to_string(index))
      .hint("restore the database from a backup, and find out who can write to it");
}

}  // namespace

std::string_view to_string(Stage stage) {
  return kStages.at(static_cast<std::size_t>(stage));
}

Result<Stage> stage_from(std::string_view word) {
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    if (kStages[i] == word) {
      return static_cast<Stage>(i);
    }
  }
  return Error(ErrorCode::InvalidArgument, "\"" + std::string(word) + "\" is no stage")
      .hint("stages are development, shadow, production, retired");
}

Result<Registry> Registry::open(storage::Database& database, const Clock& clock) {
  OSLER_TRY_DO(database.migrate(kSchema));
  return Registry(database, clock);
}

Result<std::int64_t> Registry::next_version(const std::string& name) {
  OSLER_TRY(const auto last,
            database_->integer("SELECT max(version) FROM models WHERE name = ?", {name}));
  return last.value_or(0) + 1;
}

Result<std::optional<Model>> Registry::find_content(const std::string& name,
                                                    const std::string& content) {
  OSLER_TRY(auto rows, database_->prepare(
                           std::string(kModels) + "WHERE name = ? AND content = ? ORDER BY version",
                           {name, content}));
  OSLER_TRY(const auto found, collect<Model>(std::move(rows), read_model));
  return found.empty() ? std::optional<Model>() : std::optional(found.front());
}

Result<void> Registry::add(Transaction& change, const Model& model, const Act& act) {
  auto added = database_->execute("INSERT INTO models VALUES (?, ?, ?, ?)",
                                  {model.name, model.version, model.digest, model.content});
  if (!added) {
    return std::move(added).error().at(model.reference());
  }
  return append(change, model, Stage::Development, act);
}

Result<Model> Registry::find(const std::string& name, std::int64_t version) {
  OSLER_TRY(auto rows, database_->prepare(std::string(kModels) + "WHERE name = ? AND version = ?",
                                          {name, version}));
  OSLER_TRY(const auto found, collect<Model>(std::move(rows), read_model));
  if (!found.empty()) {
    return found.front();
  }
  OSLER_TRY(const auto all, list());
  std::vector<std::string> names;
  for (const auto& model : all) {
    names.push_back(model.reference());
  }
  const std::string wanted = name + "@" + std::to_string(version);
  const auto near = nearest(wanted, names);
  return Error(ErrorCode::NotFound, "there is no model " + wanted)
      .hint((near ? "write " + *near + ", or see" : std::string("see")) + " osler model list");
}

Result<std::optional<Model>> Registry::production(const std::string& name) {
  OSLER_TRY(const auto all, list());
  for (const auto& model : all) {
    if (model.name == name && model.stage == Stage::Production) {
      return std::optional(model);
    }
  }
  return std::optional<Model>();
}

Result<std::vector<Model>> Registry::list() {
  OSLER_TRY(auto rows, database_->prepare(std::string(kModels) + "ORDER BY name, version DESC"));
  return collect<Model>(std::move(rows), read_model);
}

Result<std::vector<Step>> Registry::history(const std::string& name) {
  OSLER_TRY(auto rows, database_->prepare(
                           "SELECT number, name, version, stage, actor, reason, time, hash FROM "
                           "model_steps WHERE ?1 = '' OR name = ?1 ORDER BY number",
                           {name}));
  return collect<Step>(std::move(rows), read_step);
}

Result<void> Registry::append(Transaction&, const Model& model, Stage to, const Act& act) {
  OSLER_TRY(const auto count, database_->integer("SELECT count(*) FROM model_steps"));
  OSLER_TRY(const auto last,
            database_->text("SELECT hash FROM model_steps ORDER BY number DESC LIMIT 1"));
  const auto former = last ? crypto::Digest::from_hex(*last) : std::optional(crypto::Digest{});
  if (!former) {
    return tampered(*count - 1);
  }
  Step step{.index = count.value_or(0),
            .name = model.name,
            .version = model.version,
            .to = to,
            .actor = act.actor,
            .reason = act.reason,
            .time = to_rfc3339(clock_->now()),
            .hash = {}};
  step.hash = hash_of(*former, step);
  OSLER_TRY_DO(database_->execute("INSERT INTO model_steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                  {step.index, step.name, step.version, to_string(step.to),
                                   step.actor, step.reason, step.time, step.hash}));
  return {};
}

Result<void> Registry::promote(Transaction& change, const Model& model, Stage to, const Act& act) {
  if (to != Stage::Shadow && to != Stage::Production) {
    return Error(ErrorCode::InvalidArgument, "a model is promoted to shadow or to production");
  }
  OSLER_TRY(const Model now, find(model.name, model.version));
  if (now.stage == to || now.stage == Stage::Retired) {
    return Error(ErrorCode::FailedPrecondition,
                 now.reference() + " is " +
                     (now.stage == to ? "already in " + std::string(to_string(to)) : "retired"))
        .hint("see osler model show " + now.reference());
  }
  if (to == Stage::Production) {
    OSLER_TRY(const auto former, production(model.name));
    if (former) {
      OSLER_TRY_DO(append(change, *former, Stage::Shadow,
                          {.actor = act.actor, .reason = "steps back for " + model.reference()}));
    }
  }
  return append(change, model, to, act);
}

Result<Model> Registry::rollback(Transaction& change, const std::string& name, const Act& act) {
  OSLER_TRY(const auto present, production(name));
  OSLER_TRY(const auto steps, history(name));
  std::optional<std::int64_t> former;
  for (const auto& step : steps) {
    if (step.to == Stage::Production && (!present || step.version != present->version)) {
      former = step.version;
    }
  }
  if (former) {
    OSLER_TRY(const Model model, find(name, *former));
    if (model.stage != Stage::Retired) {
      if (present) {
        OSLER_TRY_DO(append(change, *present, Stage::Shadow, act));
      }
      OSLER_TRY_DO(append(change, model, Stage::Production, act));
      return find(name, *former);
    }
  }
  return Error(ErrorCode::FailedPrecondition,
               "no other version of " + name + " was in production before")
      .hint("osler model retire takes the present one out of service");
}

Result<void> Registry::retire(Transaction& change, const Model& model, const Act& act) {
  OSLER_TRY(const Model now, find(model.name, model.version));
  if (now.stage == Stage::Retired) {
    return Error(ErrorCode::FailedPrecondition, now.reference() + " is retired already");
  }
  return append(change, now, Stage::Retired, act);
}

Result<void> Registry::verify() {
  OSLER_TRY(const auto steps, history(""));
  crypto::Digest former;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    if (steps[i].index != index || hash_of(former, steps[i]) != steps[i].hash) {
      return tampered(index);
    }
    former = steps[i].hash;
  }
  OSLER_TRY(const auto orphan,
            database_->integer("SELECT count(*) FROM models m WHERE NOT EXISTS (SELECT 1 FROM "
                               "model_steps s WHERE s.name = m.name AND s.version = m.version)"));
  if (orphan.value_or(0) > 0) {
    return tampered(static_cast<std::int64_t>(steps.size()));
  }
  return {};
}

}  // namespace osler::deploy::registry
