#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/person.h"

namespace osler::workflow::reading {

// Makes this room's tables in the home. Call before anything else of this room.
[[nodiscard]] Result<void> prepare(Home& home);

// A model version, as requests name it.
struct ModelName {
  std::string name;
  std::int64_t version = 0;
  [[nodiscard]] std::string reference() const { return name + "@" + std::to_string(version); }
  [[nodiscard]] bool operator==(const ModelName&) const = default;
};

// A pause takes a model out of service. Two people make it, and two end it; an asking that nobody
// confirms within kPatience lapses.
struct Pause {
  enum class State : std::uint8_t { Asked, Paused, ResumeAsked };
  State state = State::Asked;
  ModelName model;
  std::string reason;
  std::string asked_by;
  std::int64_t asked_ms = 0;
  std::string confirmed_by;
  std::int64_t confirmed_ms = 0;
  std::string resume_reason;
  std::string resume_asked_by;
  std::int64_t resume_asked_ms = 0;
  std::int64_t lapses_ms = 0;  // when the open question lapses; 0: none is open

  [[nodiscard]] bool in_force() const { return state != State::Asked; }
};
[[nodiscard]] std::string_view to_string(Pause::State state);  // "asked", "paused", "resume_asked"
inline constexpr std::int64_t kPatienceMs = 30L * 60 * 1000;

// The pause that stands or is asked for, if there is one.
[[nodiscard]] Result<std::optional<Pause>> pause_of(Home& home, const ModelName& model);
// Those in force, by name.
[[nodiscard]] Result<std::vector<Pause>> pauses_in_force(Home& home);

// InvalidArgument: no reason. FailedPrecondition: paused or asked for already, or the model is not
// in production or shadow. NotFound: no such model. Each act stands in the audit log.
[[nodiscard]] Result<Pause> ask_pause(Home& home, const ModelName& model, const std::string& reason,
                                      const Person& person);
// PermissionDenied: by the person who asked. FailedPrecondition: nothing is asked, or it lapsed.
[[nodiscard]] Result<Pause> confirm_pause(Home& home, const ModelName& model, const Person& person);
// By whoever may pause. FailedPrecondition: nothing is asked.
[[nodiscard]] Result<void> withdraw_pause(Home& home, const ModelName& model, const Person& person);
// The same two steps back into service. FailedPrecondition: it is not paused.
[[nodiscard]] Result<Pause> ask_resume(Home& home, const ModelName& model,
                                       const std::string& reason, const Person& person);
[[nodiscard]] Result<void> confirm_resume(Home& home, const ModelName& model, const Person& person);

// A version that scores films now: in production, where its results are shown, or in shadow.
struct InService {
  ModelName model;
  std::string digest;
  bool shown = false;
  bool paused = false;
};
[[nodiscard]] Result<std::vector<InService>> in_service(Home& home);

// What is off, since when, and what to do: a line above every page where it matters.
struct Notice {
  std::string state;    // "paused", "degraded", "failed"
  std::string subject;  // "chest-opacity@1"
  std::string text;
  std::int64_t since_ms = 0;
  std::string advice;
};
// The pauses in force, as notices.
[[nodiscard]] Result<std::vector<Notice>> notices(Home& home);

}  // namespace osler::workflow::reading
