#include "workflow/models.h"

#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace osler::workflow {
namespace {

using deploy::registry::Model;
using deploy::registry::Registry;
using deploy::registry::Stage;

ModelVersion version_of(const Home& home, const Model& model) {
  return {.name = model.name,
          .version = model.version,
          .stage = std::string(deploy::registry::to_string(model.stage)),
          .digest = model.digest.hex(),
          .folder = model_folder(home, model.name, model.version)};
}

Error no_such_model(const std::vector<Model>& all, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& model : all) {
    names.push_back(model.name);
  }
  const auto near = nearest(name, names);
  return Error(ErrorCode::NotFound, "there is no model \"" + name + "\"")
      .hint(near ? "write " + *near + ", or see osler model list" : "see osler model list");
}

// The version a bare name stands for.
Result<Model> present(Registry& registry, const std::string& name) {
  OSLER_TRY(const auto all, registry.list());
  const Model* newest = nullptr;
  bool known = false;
  for (const auto& model : all) {
    if (model.name != name) {
      continue;
    }
    known = true;
    if (model.stage == Stage::Production) {
      return model;
    }
    if (newest == nullptr && model.stage != Stage::Retired) {
      newest = &model;
    }
  }
  if (newest != nullptr) {
    return *newest;
  }
  if (known) {
    return Error(ErrorCode::FailedPrecondition, "every version of " + name + " is retired")
        .hint("see osler model show " + name);
  }
  return no_such_model(all, name);
}

Result<Model> resolve(Registry& registry, const std::string& reference) {
  const std::size_t at = reference.find('@');
  if (at == std::string::npos) {
    return present(registry, reference);
  }
  std::string number = reference.substr(at + 1);
  if (number.starts_with('v')) {
    number.erase(0, 1);
  }
  const auto version = parse_integer(number);
  if (!version) {
    return Error(ErrorCode::InvalidArgument, "\"" + reference + "\" is no model version")
        .hint("write name@2");
  }
  return registry.find(reference.substr(0, at), *version);
}

// One change of the registry with its audit record.
template <typename Body>
Result<ModelVersion> move(Home& home, const std::string& action, const std::string& reason,
                          Body body) {
  OSLER_TRY(auto registry, Registry::open(home.database(), home.clock()));
  OSLER_TRY(auto change, storage::Transaction::begin(home.database()));
  OSLER_TRY(const Model model, body(registry, change));
  OSLER_TRY_DO(home.audit().append(change, home.event(action, {{"model", model.reference()},
                                                               {"digest", model.digest.hex()},
                                                               {"reason", reason}})));
  OSLER_TRY_DO(change.commit());
  return version_of(home, model);
}

// The copy opens as the package that was signed.
Result<void> copy_package(const Home& home, const std::filesystem::path& from,
                          const std::filesystem::path& to) {
  OSLER_TRY_DO(make_folder(to));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    OSLER_TRY(const Bytes bytes, read_file(entry.path()));
    OSLER_TRY_DO(write_file(to / entry.path().filename(), bytes));
  }
  OSLER_TRY_DO(infer::package::Package::open(to, {.trusted_keys = home.trusted_keys()}));
  return {};
}

}  // namespace

std::filesystem::path model_folder(const Home& home, const std::string& name,
                                   std::int64_t version) {
  return home.folder() / "models" / name / std::to_string(version);
}

Result<ModelVersion> find_model(Home& home, const std::string& reference) {
  OSLER_TRY(auto registry, Registry::open(home.database(), home.clock()));
  OSLER_TRY(const Model model, resolve(registry, reference));
  return version_of(home, model);
}

Result<std::vector<ModelVersion>> list_models(Home& home) {
  OSLER_TRY(auto registry, Registry::open(home.database(), home.clock()));
  OSLER_TRY(const auto models, registry.list());
  std::vector<ModelVersion> versions;
  for (const auto& model : models) {
    versions.push_back(version_of(home, model));
  }
  return versions;
}

Result<std::vector<deploy::registry::Step>> model_history(Home& home, const std::string& name) {
  OSLER_TRY(auto registry, Registry::open(home.database(), home.clock()));
  return registry.history(name);
}

Result<infer::package::Package> open_model(Home& home, const ModelVersion& model, int threads) {
  auto package = infer::package::Package::open(
      model.folder, {.trusted_keys = home.trusted_keys(), .threads = threads});
  std::string refused = package ? "" : package.error().message;
  if (package && package->digest().hex() != model.digest) {
    refused = "the package is not the one that was registered";
    package = Error(ErrorCode::DataCorrupt, refused)
                  .at(model.reference() + ": digest " + package->digest().hex().substr(0, 8) +
                      ", registered " + model.digest.substr(0, 8));
  }
  if (!refused.empty()) {
    OSLER_TRY_DO(home.record("model.refused",
                             {{"model", model.reference()}, {"reason", std::move(refused)}}));
    return std::move(package).error().hint(
        "export it again where it was signed: osler model export " + model.reference());
  }
  return package;
}

Result<ModelVersion> promote_model(Home& home, const std::string& reference,
                                   const std::string& stage, const std::string& reason) {
  OSLER_TRY(const Stage to, deploy::registry::stage_from(stage));
  // A package that cannot be opened must not come near a patient.
  OSLER_TRY(const auto found, find_model(home, reference));
  OSLER_TRY_DO(open_model(home, found));
  return move(home, "model.promote." + stage, reason,
              [&](Registry& registry, storage::Transaction& change) -> Result<Model> {
                OSLER_TRY(const Model model, registry.find(found.name, found.version));
                OSLER_TRY_DO(registry.promote(
                    change, model, to, {.actor = home.configuration().actor, .reason = reason}));
                return registry.find(found.name, found.version);
              });
}

Result<ModelVersion> roll_back_model(Home& home, const std::string& name,
                                     const std::string& reason) {
  return move(home, "model.rollback", reason,
              [&](Registry& registry, storage::Transaction& change) -> Result<Model> {
                return registry.rollback(change, name,
                                         {.actor = home.configuration().actor, .reason = reason});
              });
}

Result<ModelVersion> retire_model(Home& home, const std::string& reference,
                                  const std::string& reason) {
  return move(home, "model.retire", reason,
              [&](Registry& registry, storage::Transaction& change) -> Result<Model> {
                OSLER_TRY(const Model model, resolve(registry, reference));
                OSLER_TRY_DO(registry.retire(
                    change, model, {.actor = home.configuration().actor, .reason = reason}));
                return registry.find(model.name, model.version);
              });
}

Result<void> export_model(Home& home, const ModelVersion& model,
                          const std::filesystem::path& folder) {
  OSLER_TRY_DO(open_model(home, model));
  std::error_code error;
  if (std::filesystem::exists(folder, error)) {
    return Error(ErrorCode::FailedPrecondition, "the folder exists already")
        .at(folder.string())
        .hint("name a new folder");
  }
  // Beside its place first, so that a copy that ends half-way is not taken for a package.
  auto place = std::filesystem::absolute(folder, error).lexically_normal();
  place = place.has_filename() ? place : place.parent_path();
  const auto unfinished = place.parent_path() /
                          ("." + place.filename().string() + "." + to_hex(crypto::random_bytes(6)));
  if (auto copied = copy_package(home, model.folder, unfinished); !copied) {
    std::filesystem::remove_all(unfinished, error);
    return std::move(copied).error();
  }
  std::filesystem::rename(unfinished, place, error);
  if (error) {
    const int number = error.value();
    std::filesystem::remove_all(unfinished, error);
    return file_error(number, "make the folder", place);
  }
  OSLER_TRY_DO(sync_folder(place.parent_path()));
  return home.record("model.export", {{"model", model.reference()}, {"digest", model.digest}});
}

Result<void> verify_registry(Home& home) {
  OSLER_TRY(auto registry, Registry::open(home.database(), home.clock()));
  return registry.verify();
}

}  // namespace osler::workflow
