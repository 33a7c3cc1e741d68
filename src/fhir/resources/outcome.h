#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace osler::fhir::resources {

enum class Severity : std::uint8_t { Error, Warning, Information };

struct Issue {
  Severity severity = Severity::Error;
  std::string code = {};         // FHIR's issue-type: "not-supported"
  std::string text = {};         // for people
  std::string diagnostics = {};  // where, and what to do
};

// One issue at least is written: FHIR allows no empty outcome.
[[nodiscard]] Json operation_outcome(std::span<const Issue> issues);
// The error's code by base/error_codes.def, its message, its place and its advice. Nothing of the
// source's position goes out.
[[nodiscard]] Json operation_outcome(const Error& error);

}  // namespace osler::fhir::resources
