#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "workflow/runs.h"

namespace osler::workflow::internal {

struct RunStart {
  std::string study;
  std::string kind;
  std::string dataset;
  std::int64_t seed = 0;
  Json parameters;
};

// A new run; or the newest unfinished one of the same parameters, data and seed, to be gone on
// with.
struct Begun {
  std::int64_t number = 0;
  bool resumed = false;
};
[[nodiscard]] Result<Begun> begin_run(Home& home, const RunStart& start);
[[nodiscard]] Result<void> end_run(Home& home, std::int64_t number, const Json& metrics,
                                   const Json& result);
void fail_run(Home& home, std::int64_t number, const Error& error);

// Processor, threads, kernel and the versions of what computes.
[[nodiscard]] Json system_facts();

}  // namespace osler::workflow::internal
