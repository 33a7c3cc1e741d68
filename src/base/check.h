#pragma once

#include <source_location>
#include <string_view>

namespace osler {

// Ends the process, saying where: for our own broken invariants only, never for bad input.
[[noreturn]] void check_failed(std::string_view condition, std::source_location where);

}  // namespace osler

// OSLER_CHECK(index < size());  a doubtful image must never go on to a result.
#define OSLER_CHECK(condition)        \
  ((condition) ? static_cast<void>(0) \
               : ::osler::check_failed(#condition, std::source_location::current()))
