#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::arrays {

enum class Type : std::uint8_t { U8, I8, U16, I16, U32, I32, U64, I64, F16, F32, F64 };

[[nodiscard]] std::size_t size_of(Type type);         // bytes of one element
[[nodiscard]] std::string_view to_string(Type type);  // "uint8", "float32": as people write them

// The Type of a C++ type; std::uint8_t is U8, float is F32. F16 has none.
template <typename T>
[[nodiscard]] consteval Type type_of();

// Any of numpy's plain arrays: elements in C order (the last index runs fastest), little-endian.
struct Array {
  Type type = Type::F32;
  std::vector<std::size_t> shape;  // empty: one number
  Bytes data;                      // count() * size_of(type) bytes

  template <typename T>
  [[nodiscard]] static Array of(std::vector<std::size_t> shape, std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    return {type_of<T>(), std::move(shape), Bytes(bytes.begin(), bytes.end())};
  }

  // The product of the shape.
  [[nodiscard]] std::size_t count() const;
  // "[5856, 28, 28] uint8", for errors.
  [[nodiscard]] std::string describe() const;

  // The elements in place. InvalidArgument: the array has another type.
  template <typename T>
  [[nodiscard]] Result<std::span<const T>> values() const {
    if (type != type_of<T>()) {
      return wrong_type(type_of<T>());
    }
    return std::span<const T>(reinterpret_cast<const T*>(data.data()), count());
  }
  // Converted element by element, from any type; F16 too.
  [[nodiscard]] std::vector<float> to_floats() const;
  // InvalidArgument: floating-point elements that are not whole numbers, or too large ones.
  [[nodiscard]] Result<std::vector<std::int64_t>> to_integers() const;

 private:
  [[nodiscard]] Error wrong_type(Type wanted) const;
};

// The product of a shape, or nothing when it overflows.
[[nodiscard]] std::optional<std::size_t> element_count(std::span<const std::size_t> shape);
// IEEE 754 half precision.
[[nodiscard]] float half_to_float(std::uint16_t half);

template <typename T>
consteval Type type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return Type::U8;
  } else if constexpr (std::is_same_v<T, std::int8_t>) {
    return Type::I8;
  } else if constexpr (std::is_same_v<T, std::uint16_t>) {
    return Type::U16;
  } else if constexpr (std::is_same_v<T, std::int16_t>) {
    return Type::I16;
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    return Type::U32;
  } else if constexpr (std::is_same_v<T, std::int32_t>) {
    return Type::I32;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return Type::U64;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return Type::I64;
  } else if constexpr (std::is_same_v<T, float>) {
    return Type::F32;
  } else {
    static_assert(std::is_same_v<T, double>, "numpy has no array of this type");
    return Type::F64;
  }
}

}  // namespace osler::arrays
