#include "base/arrays/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

// Source: NEP 1, "A simple file format for NumPy arrays".
namespace osler::arrays {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kHeaderLimit = std::size_t{1} << 20;
constexpr std::size_t kDimensions = 32;  // numpy's own limit

struct Descriptor {
  std::string_view text;
  Type type;
};
constexpr std::array kDescriptors{
    Descriptor{"|u1", Type::U8},
    Descriptor{"|i1", Type::I8},
    Descriptor{"<u2", Type::U16},
    Descriptor{"<i2", Type::I16},
    Descriptor{"<u4", Type::U32},
    Descriptor{"<i4", Type::I32},
    Descriptor{"<u8", Type::U64},
    Descriptor{"<i8", Type::I64},
    Descriptor{"<f2", Type::F16},
    Descriptor{"<f4", Type::F32},
    Descriptor{"<f8", Type::F64},
    // Also met: truth values, and one-byte types with a byte order.
    Descriptor{"|b1", Type::U8},
    Descriptor{"<u1", Type::U8},
    Descriptor{"<i1", Type::I8},
};

Error corrupt(std::string message, std::string_view name) {
  return Error(ErrorCode::DataCorrupt, std::move(message)).at(std::string(name));
}
Error unsupported(std::string message, std::string_view name, std::string_view hint) {
  return Error(ErrorCode::NotSupported, std::move(message))
      .at(std::string(name))
      .hint(std::string(hint));
}

// Reads the header's Python literal: a dictionary of strings, truth values and one tuple.
class Literal {
 public:
  explicit Literal(std::string_view text) : rest_(text) {}

  bool take(char letter) {
    skip();
    if (!rest_.starts_with(letter)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    skip();
    if (!rest_.starts_with(word)) {
      return false;
    }
    rest_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::string_view> quoted() {
    skip();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) {
      return std::nullopt;
    }
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::optional<std::size_t> number() {
    skip();
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc{}) {
      return std::nullopt;
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    take('L');  // Python 2 wrote long integers so
    return value;
  }
  bool at_end() {
    skip();
    return rest_.empty();
  }

 private:
  void skip() {
    const std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  }
  std::string_view rest_;
};

struct Fields {
  std::optional<std::string> descriptor;
  std::optional<bool> fortran;
  std::optional<std::vector<std::size_t>> shape;
};

std::optional<std::vector<std::size_t>> read_shape(Literal& literal) {
  if (!literal.take('(')) {
    return std::nullopt;
  }
  std::vector<std::size_t> shape;
  while (!literal.take(')')) {
    const auto length = literal.number();
    if (!length || shape.size() == kDimensions) {
      return std::nullopt;
    }
    shape.push_back(*length);
    if (!literal.take(',')) {
      if (!literal.take(')')) {
        return std::nullopt;
      }
      break;
    }
  }
  return shape;
}

bool read_field(Literal& literal, std::string_view key, Fields& fields) {
  if (key == "descr" && !fields.descriptor) {
    const auto text = literal.quoted();
    // A list stands for a structure with named fields; told apart so that it can be refused by
    // name.
    fields.descriptor = text ? std::string(*text) : literal.take('[') ? "[" : "";
    return text.has_value();
  }
  if (key == "fortran_order" && !fields.fortran) {
    fields.fortran = literal.take("True");
    return *fields.fortran || literal.take("False");
  }
  if (key == "shape" && !fields.shape) {
    fields.shape = read_shape(literal);
    return fields.shape.has_value();
  }
  return false;
}

bool read_fields(std::string_view text, Fields& fields) {
  Literal literal(text);
  if (!literal.take('{')) {
    return false;
  }
  while (!literal.take('}')) {
    const auto key = literal.quoted();
    if (!key || !literal.take(':') || !read_field(literal, *key, fields)) {
      return false;
    }
    if (!literal.take(',')) {
      if (!literal.take('}')) {
        return false;
      }
      break;
    }
  }
  return literal.at_end() && fields.descriptor && fields.fortran && fields.shape;
}

Result<Type> type_named(const std::string& descriptor, std::string_view name) {
  const auto* found = std::ranges::find(kDescriptors, descriptor, &Descriptor::text);
  if (found != kDescriptors.end()) {
    return found->type;
  }
  if (descriptor.find('O') != std::string::npos) {
    return unsupported("holds Python objects (pickle), which could run code when read", name,
                       "save numbers: numpy.save(file, array.astype('float32'))");
  }
  if (descriptor.starts_with('>')) {
    return unsupported("its numbers are big-endian (" + descriptor + ")", name,
                       "save it as little-endian: array.astype('<f4')");
  }
  return unsupported("its element type \"" + descriptor + "\" is not a plain number", name,
                     "save it as uint8, int64, float32 or another plain number");
}

// Where the header's text lies: its first byte and its length.
struct Extent {
  std::size_t start = 0;
  std::size_t length = 0;
};

Result<Extent> find_text(BytesView start, std::string_view name) {
  if (!as_text(start).starts_with(kMagic) || start.size() < 10) {
    return corrupt("not a .npy array", name);
  }
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(start[i]); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    return unsupported(".npy version " + std::to_string(version) + " is not known", name,
                       "save it with numpy.save");
  }
  Extent text{.start = 10, .length = byte(8) | byte(9) << 8};
  if (version > 1) {
    if (start.size() < 12) {
      return corrupt("cut off in its header", name);
    }
    text = {.start = 12, .length = text.length | byte(10) << 16 | byte(11) << 24};
  }
  if (text.length > kHeaderLimit) {
    return corrupt("its header is longer than any array needs", name);
  }
  if (start.size() < text.start + text.length) {
    return corrupt("cut off in its header", name);
  }
  return text;
}

}  // namespace

Result<NpyHeader> parse_npy_header(BytesView start, std::string_view name) {
  OSLER_TRY(const Extent text, find_text(start, name));
  Fields fields;
  const bool well_formed = read_fields(as_text(start).substr(text.start, text.length), fields);
  if (!well_formed && fields.descriptor == "[") {
    return unsupported("is a structured array with named fields", name,
                       "save each field as an array of its own");
  }
  if (!well_formed) {
    return corrupt("its .npy header is malformed", name);
  }
  OSLER_TRY(const Type type, type_named(*fields.descriptor, name));
  if (*fields.fortran) {
    return unsupported("is in Fortran order", name,
                       "save it in C order: numpy.save(file, numpy.ascontiguousarray(array))");
  }
  const auto count = element_count(*fields.shape);
  std::size_t bytes = 0;
  if (!count || __builtin_mul_overflow(*count, size_of(type), &bytes)) {
    return corrupt("its shape is larger than any memory", name);
  }
  return NpyHeader{
      .type = type, .shape = *std::move(fields.shape), .data_offset = text.start + text.length};
}

Result<Array> parse_npy(BytesView bytes, std::string_view name) {
  OSLER_TRY(NpyHeader header, parse_npy_header(bytes, name));
  const BytesView data = bytes.subspan(header.data_offset);
  Array array{header.type, std::move(header.shape), {}};
  const std::size_t wanted = array.count() * size_of(array.type);
  if (data.size() != wanted) {
    return corrupt("says " + array.describe() + ", which are " + std::to_string(wanted) +
                       " bytes, but holds " + std::to_string(data.size()),
                   name);
  }
  array.data.assign(data.begin(), data.end());
  return array;
}

Bytes npy_header(Type type, std::span<const std::size_t> shape) {
  const auto* descriptor = std::ranges::find(kDescriptors, type, &Descriptor::type);
  std::string text =
      "{'descr': '" + std::string(descriptor->text) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  text += shape.size() == 1 ? ",), }" : "), }";
  // Room for the first length to grow, as numpy leaves it, and the data at a multiple of 64.
  constexpr std::size_t kGrowth = 21;
  const std::size_t first = shape.empty() ? 0 : std::to_string(shape[0]).size();
  text.append(shape.empty() ? 0 : kGrowth - std::min(first, kGrowth), ' ');
  const std::size_t before = kMagic.size() + 4 + text.size() + 1;
  text.append((64 - before % 64) % 64, ' ');
  text += '\n';

  std::string header(kMagic);
  header +=
      {'\x01', '\x00', static_cast<char>(text.size() & 255U), static_cast<char>(text.size() >> 8)};
  header += text;
  const BytesView bytes = as_bytes(header);
  return Bytes(bytes.begin(), bytes.end());
}

Bytes to_npy(const Array& array) {
  Bytes bytes = npy_header(array.type, array.shape);
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return bytes;
}

}  // namespace osler::arrays
