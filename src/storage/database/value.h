#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/crypto.h"

namespace osler::storage::database {

// What is bound to a `?` in SQL: null, a number, text or bytes. Converts from what rooms have at
// hand; a digest becomes its 64 hexadecimal digits, an empty optional becomes null.
class Value {
 public:
  using Held = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

  Value() = default;
  Value(std::nullptr_t) {}
  template <std::integral T>
  Value(T number) : held_(static_cast<std::int64_t>(number)) {}
  Value(double number) : held_(number) {}
  Value(const char* text) : held_(std::string(text)) {}
  Value(std::string_view text) : held_(std::string(text)) {}
  Value(std::string text) : held_(std::move(text)) {}
  Value(BytesView bytes) : held_(Bytes(bytes.begin(), bytes.end())) {}
  Value(Bytes bytes) : held_(std::move(bytes)) {}
  Value(const crypto::Digest& digest) : held_(digest.hex()) {}
  template <typename T>
  Value(const std::optional<T>& maybe) : Value(maybe ? Value(*maybe) : Value()) {}

  [[nodiscard]] const Held& held() const { return held_; }

 private:
  Held held_;
};

}  // namespace osler::storage::database
