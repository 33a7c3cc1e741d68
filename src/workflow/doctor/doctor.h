#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace osler::workflow::doctor {

enum class State : std::uint8_t {
  Ok,
  Watch,  // works, and should be looked at
  Act,    // does not work, or is about to stop, or endangers what is kept
};
[[nodiscard]] std::string_view to_string(State state);  // "ok", "watch", "act"

struct Check {
  std::string name;  // "disk", "audit", "certificate", …: each once
  State state = State::Ok;
  std::string said;    // what was found, with its number; never a patient
  std::string advice;  // what to do, where state is not Ok
};

struct Options {
  std::filesystem::path home;
  std::uint16_t port = 8080;
  std::string bind = "127.0.0.1";
  std::filesystem::path tls_certificate;  // both empty: no TLS is asked for
  std::filesystem::path tls_key;
  bool deep = false;  // compare every object with its digest, not a sample
};

// Looks at the machine, the home and what a server would need, changes nothing that is kept, and
// says for each check what it found. Does not make a home where there is none. What belongs to
// another user is not opened, so that root leaves no files in a service's home.
[[nodiscard]] std::vector<Check> examine(const Options& options, const Clock& clock,
                                         Progress& progress);

}  // namespace osler::workflow::doctor
