#include "workflow/oversight/internal/registered.h"

namespace osler::workflow::oversight::internal {

std::string Registered::run() const {
  constexpr std::string_view kSays = "run ";
  if (steps.empty() || !steps.front().reason.starts_with("run r")) {
    return {};
  }
  return steps.front().reason.substr(kSays.size());
}

Result<std::vector<Registered>> registered_models(Home& home) {
  OSLER_TRY(const auto versions, list_models(home));
  OSLER_TRY(const auto steps, model_history(home, ""));
  std::vector<Registered> all;
  for (const auto& version : versions) {
    Registered one{.model = version, .steps = {}};
    for (const auto& step : steps) {
      if (step.name == version.name && step.version == version.version) {
        one.steps.push_back(step);
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

Result<Run> run_of(Home& home, const Registered& registered) {
  const std::string name = registered.run();
  if (name.empty()) {
    return Error(ErrorCode::NotFound, "it was not made by a run of this home");
  }
  return find_run(home, name);
}

}  // namespace osler::workflow::oversight::internal
