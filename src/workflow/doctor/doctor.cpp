#include "workflow/doctor/doctor.h"

#include <utility>

#include "workflow/doctor/internal/checks.h"

namespace osler::workflow::doctor {

std::string_view to_string(State state) {
  switch (state) {
    case State::Ok:
      return "ok";
    case State::Watch:
      return "watch";
    case State::Act:
      break;
  }
  return "act";
}

namespace internal {

Check ok(std::string name, std::string said) {
  return {.name = std::move(name), .state = State::Ok, .said = std::move(said), .advice = {}};
}

Check watch(std::string name, std::string said, std::string advice) {
  return {.name = std::move(name),
          .state = State::Watch,
          .said = std::move(said),
          .advice = std::move(advice)};
}

Check act(std::string name, std::string said, std::string advice) {
  return {.name = std::move(name),
          .state = State::Act,
          .said = std::move(said),
          .advice = std::move(advice)};
}

Check failed(std::string name, const Error& error) {
  const std::string place = error.where.empty() ? "" : " (" + error.where + ")";
  return act(std::move(name), error.message + place, error.advice);
}

}  // namespace internal

std::vector<Check> examine(const Options& options, const Clock& clock, Progress& progress) {
  std::vector<Check> checks;
  internal::look_at_machine(checks);
  internal::look_at_disk(options.home, checks);
  internal::look_at_network(options, clock, checks);
  internal::look_at_home(options, clock, progress, checks);
  return checks;
}

}  // namespace osler::workflow::doctor
