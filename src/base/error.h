#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

namespace osler {

enum class ErrorCode : std::uint8_t {
#define OSLER_ERROR_CODE(name, http, issue, exit, retry) name,
#include "base/error_codes.def"
#undef OSLER_ERROR_CODE
};

// The code's name as it stands in error_codes.def and in JSON, for example "DataCorrupt".
[[nodiscard]] std::string_view to_string(ErrorCode code);
// The exit code of a program that ends with it (sysexits.h).
[[nodiscard]] int exit_code(ErrorCode code);
[[nodiscard]] int http_status(ErrorCode code);
[[nodiscard]] std::string_view fhir_issue_type(ErrorCode code);
[[nodiscard]] bool may_retry(ErrorCode code);

// Why an operation gave nothing: what is wrong, where, and what to do about it.
//
//   return Error(ErrorCode::NotFound, "labels.csv has no column \"effusion\"")
//       .at("study.yaml line 9, column 10")
//       .hint("write consolidation, or add the column");
//
// No member ever names a patient (ADR-0005): they reach logs, screens and tickets.
struct Error {
  Error(ErrorCode what, std::string text,
        std::source_location thrown_at = std::source_location::current())
      : code(what), message(std::move(text)), source(thrown_at) {}

  // Where in the user's world: a file, a line, a record; keeps the innermost place.
  [[nodiscard]] Error at(std::string place) &&;
  // What the reader can do.
  [[nodiscard]] Error hint(std::string advice) &&;
  // Says what was being tried: the message becomes "reading series: <message>".
  [[nodiscard]] Error in_step(std::string_view step) &&;

  ErrorCode code;
  std::string message;
  std::string where;
  std::string advice;
  std::source_location source;
};

}  // namespace osler
