#pragma once

#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.h"

namespace osler {

// A value, or the reason there is none. The names follow C++23's std::expected,
// so that this class can become an alias when the compiler has it (ADR-0004).
// Reading the half that is absent is a bug in our code, and ends the process.
template <typename T>
class [[nodiscard]] Result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<T, Error>);

 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  const T& operator*() const& { return get<0>(state_); }
  T& operator*() & { return get<0>(state_); }
  T&& operator*() && { return get<0>(std::move(state_)); }
  const T* operator->() const { return &**this; }
  T* operator->() { return &**this; }

  const Error& error() const& { return get<1>(state_); }
  Error&& error() && { return get<1>(std::move(state_)); }

 private:
  template <std::size_t I, typename State>
  static auto&& get(State&& state) {
    if (state.index() != I) {
      std::abort();
    }
    return std::get<I>(std::forward<State>(state));
  }

  std::variant<T, Error> state_;
};

// For operations that give nothing back but may fail.
template <>
class [[nodiscard]] Result<void> : public Result<std::monostate> {
 public:
  Result() : Result<std::monostate>(std::monostate{}) {}
  Result(Error error) : Result<std::monostate>(std::move(error)) {}
};

}  // namespace osler

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define OSLER_CAT2(a, b) a##b
#define OSLER_CAT(a, b) OSLER_CAT2(a, b)

// OSLER_TRY(const auto series, read_series(path));  returns early with the error.
#define OSLER_TRY(declaration, expression) \
  OSLER_TRY_IMPL(OSLER_CAT(osler_try_, __LINE__), declaration, expression)
#define OSLER_TRY_IMPL(tmp, declaration, expression) \
  auto tmp = (expression);                           \
  if (!tmp) {                                        \
    return std::move(tmp).error();                   \
  }                                                  \
  declaration = *std::move(tmp)

// OSLER_TRY_DO(store.flush());  the same, for Result<void>.
#define OSLER_TRY_DO(expression)                     \
  if (auto osler_done = (expression); !osler_done) { \
    return std::move(osler_done).error();            \
  }                                                  \
  static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)
