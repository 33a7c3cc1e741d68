#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "workflow/home.h"

namespace osler::workflow {

// One training or import: what went in, what came out. The JSON members are documents as text.
struct Run {
  std::int64_t number = 0;
  std::string study;  // its name
  std::string kind;   // "train" or "import"
  std::string state;  // "running", "done", "failed"
  std::string dataset;
  std::int64_t seed = 0;
  std::string parameters;  // the study and what else decides the result
  std::string system;      // processor, threads, versions
  std::string metrics;     // of the test part, empty until done
  std::string result;      // what the verb printed; or the error
  std::string started;
  std::string ended;

  [[nodiscard]] std::string name() const { return "r" + std::to_string(number); }
};

// Newest first.
[[nodiscard]] Result<std::vector<Run>> list_runs(Home& home);
// "r12" or "12". NotFound: no such run; the hint says how to list them.
[[nodiscard]] Result<Run> find_run(Home& home, const std::string& name);
// What the code was built from: "0.1.0" and the revision, where there was one.
[[nodiscard]] std::string code_revision();

[[nodiscard]] std::filesystem::path run_folder(const Home& home, std::int64_t number);

}  // namespace osler::workflow
