#include "base/error.h"

#include <array>
#include <utility>

namespace osler {
namespace {

struct Row {
  std::string_view name;
  int http_status;
  std::string_view issue_type;
  int exit_code;
  bool may_retry;
};

constexpr std::array kRows{
#define OSLER_ERROR_CODE(name, http, issue, exit, retry) Row{#name, http, issue, exit, retry},
#include "base/error_codes.def"
#undef OSLER_ERROR_CODE
};

const Row& row(ErrorCode code) {
  return kRows.at(static_cast<std::size_t>(code));
}

}  // namespace

std::string_view to_string(ErrorCode code) {
  return row(code).name;
}
int exit_code(ErrorCode code) {
  return row(code).exit_code;
}
int http_status(ErrorCode code) {
  return row(code).http_status;
}
std::string_view fhir_issue_type(ErrorCode code) {
  return row(code).issue_type;
}
bool may_retry(ErrorCode code) {
  return row(code).may_retry;
}

Error Error::at(std::string place) && {
  if (where.empty()) {
    where = std::move(place);
  }
  return std::move(*this);
}

Error Error::hint(std::string text) && {
  if (advice.empty()) {
    advice = std::move(text);
  }
  return std::move(*this);
}

Error Error::in_step(std::string_view step) && {
  message = std::string(step) + ": " + message;
  return std::move(*this);
}

}  // namespace osler
