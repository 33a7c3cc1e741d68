#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "infer/package/package.h"
#include "workflow/home.h"

namespace osler::workflow {

// A registered model as a user names it.
struct ModelVersion {
  std::string name;
  std::int64_t version = 0;
  std::string stage;   // "development", "shadow", "production", "retired"
  std::string digest;  // of the package
  std::filesystem::path folder;

  [[nodiscard]] std::string reference() const { return name + "@" + std::to_string(version); }
};

// "name@2", or "name": the version in production, else the newest that is not retired.
// NotFound: no such model or version; the hint names the nearest and how to list them.
[[nodiscard]] Result<ModelVersion> find_model(Home& home, const std::string& reference);

// Opens the package after all its checks. A refusal is written to the audit log, and the error says
// which entry it is.
[[nodiscard]] Result<infer::package::Package> open_model(Home& home, const ModelVersion& model,
                                                         int threads = 1);

[[nodiscard]] std::filesystem::path model_folder(const Home& home, const std::string& name,
                                                 std::int64_t version);

}  // namespace osler::workflow
