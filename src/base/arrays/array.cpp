#include "base/arrays/array.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/text.h"

namespace osler::arrays {
namespace {

struct Row {
  std::size_t size;
  std::string_view name;
};
constexpr std::array kTypes{
    Row{1, "uint8"},   Row{1, "int8"},    Row{2, "uint16"},  Row{2, "int16"},
    Row{4, "uint32"},  Row{4, "int32"},   Row{8, "uint64"},  Row{8, "int64"},
    Row{2, "float16"}, Row{4, "float32"}, Row{8, "float64"},
};

// Elements are copied out one by one: a view into a file may lie at any address.
template <typename T>
T element(BytesView data, std::size_t index) {
  T value{};
  std::memcpy(&value, data.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T, typename Use>
void for_each(const Array& array, const Use& use) {
  const std::size_t count = array.count();
  for (std::size_t i = 0; i < count; ++i) {
    use(element<T>(array.data, i));
  }
}

// Calls `use` with each element in its own C++ type; halves come as floats.
template <typename Use>
void visit(const Array& array, const Use& use) {
  switch (array.type) {
    case Type::U8:
      return for_each<std::uint8_t>(array, use);
    case Type::I8:
      return for_each<std::int8_t>(array, use);
    case Type::U16:
      return for_each<std::uint16_t>(array, use);
    case Type::I16:
      return for_each<std::int16_t>(array, use);
    case Type::U32:
      return for_each<std::uint32_t>(array, use);
    case Type::I32:
      return for_each<std::int32_t>(array, use);
    case Type::U64:
      return for_each<std::uint64_t>(array, use);
    case Type::I64:
      return for_each<std::int64_t>(array, use);
    case Type::F16:
      return for_each<std::uint16_t>(array, [&](std::uint16_t half) { use(half_to_float(half)); });
    case Type::F32:
      return for_each<float>(array, use);
    case Type::F64:
      return for_each<double>(array, use);
  }
}

// A whole number that fits, or nothing.
template <typename T>
std::optional<std::int64_t> whole(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    constexpr double kEdge = 9223372036854775808.0;  // 2^63
    const auto number = static_cast<double>(value);
    if (!(number >= -kEdge && number < kEdge) || number != std::floor(number)) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  } else {
    if (!std::in_range<std::int64_t>(value)) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
  }
}

}  // namespace

std::size_t size_of(Type type) {
  return kTypes.at(static_cast<std::size_t>(type)).size;
}
std::string_view to_string(Type type) {
  return kTypes.at(static_cast<std::size_t>(type)).name;
}

std::optional<std::size_t> element_count(std::span<const std::size_t> shape) {
  std::size_t count = 1;
  for (const std::size_t length : shape) {
    if (__builtin_mul_overflow(count, length, &count)) {
      return std::nullopt;
    }
  }
  return count;
}

std::size_t Array::count() const {
  return element_count(shape).value_or(0);
}

std::string Array::describe() const {
  std::vector<std::string> lengths;
  lengths.reserve(shape.size());
  for (const std::size_t length : shape) {
    lengths.push_back(std::to_string(length));
  }
  return "[" + join(lengths, ", ") + "] " + std::string(to_string(type));
}

Error Array::wrong_type(Type wanted) const {
  return Error(ErrorCode::InvalidArgument,
               "the array is " + describe() + ", not " + std::string(to_string(wanted)));
}

std::vector<float> Array::to_floats() const {
  std::vector<float> floats;
  floats.reserve(count());
  visit(*this, [&](auto value) { floats.push_back(static_cast<float>(value)); });
  return floats;
}

Result<std::vector<std::int64_t>> Array::to_integers() const {
  std::vector<std::int64_t> integers;
  integers.reserve(count());
  bool all_whole = true;
  visit(*this, [&](auto value) {
    const auto number = whole(value);
    all_whole = all_whole && number.has_value();
    integers.push_back(number.value_or(0));
  });
  if (!all_whole) {
    return Error(ErrorCode::InvalidArgument,
                 "the array " + describe() + " holds numbers that are not whole or too large");
  }
  return integers;
}

// IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  constexpr std::uint32_t kRebias = 127 - 15;
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + kRebias;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

}  // namespace osler::arrays
