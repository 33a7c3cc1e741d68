#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "deploy/registry/registry.h"
#include "infer/package/package.h"
#include "workflow/home.h"

namespace osler::workflow {

// A registered model as a user names it.
struct ModelVersion {
  std::string name;
  std::int64_t version = 0;
  std::string stage;   // "development", "shadow", "production", "retired"
  std::string digest;  // of the package, 64 hexadecimal digits
  std::filesystem::path folder;

  [[nodiscard]] std::string reference() const { return name + "@" + std::to_string(version); }
};

// "name@2", or "name": the version in production, else the newest that is not retired.
// NotFound: no such model or version; the hint names the nearest and how to list them.
// FailedPrecondition: it is retired.
[[nodiscard]] Result<ModelVersion> find_model(Home& home, const std::string& reference);
// By name, then newest first.
[[nodiscard]] Result<std::vector<ModelVersion>> list_models(Home& home);
[[nodiscard]] Result<std::vector<deploy::registry::Step>> model_history(Home& home,
                                                                        const std::string& name);

// Opens the package after all its checks, and compares its digest with the registry's. A refusal is
// written to the audit log.
[[nodiscard]] Result<infer::package::Package> open_model(Home& home, const ModelVersion& model,
                                                         int threads = 1);

// Each change of stage stands in the registry's history and in the audit log, or in neither.
[[nodiscard]] Result<ModelVersion> promote_model(Home& home, const std::string& reference,
                                                 const std::string& stage,
                                                 const std::string& reason);
[[nodiscard]] Result<ModelVersion> roll_back_model(Home& home, const std::string& name,
                                                   const std::string& reason);
[[nodiscard]] Result<ModelVersion> retire_model(Home& home, const std::string& reference,
                                                const std::string& reason);

// A verified copy of the signed package in a new folder. FailedPrecondition: the folder exists.
[[nodiscard]] Result<void> export_model(Home& home, const ModelVersion& model,
                                        const std::filesystem::path& folder);

// The registry's hash chain. DataCorrupt: a step was edited, removed or moved.
[[nodiscard]] Result<void> verify_registry(Home& home);

[[nodiscard]] std::filesystem::path model_folder(const Home& home, const std::string& name,
                                                 std::int64_t version);

}  // namespace osler::workflow
