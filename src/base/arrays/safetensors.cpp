#include "base/arrays/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"

namespace osler::arrays {
namespace {

constexpr std::uint64_t kHeaderLimit = 100'000'000;  // the reference implementation's
constexpr std::size_t kDimensions = 32;

struct Kind {
  std::string_view name;
  Type type;         // as it is handed out
  std::size_t size;  // of an element in the file
};
constexpr std::array kKinds{
    Kind{"U8", Type::U8, 1},    Kind{"I8", Type::I8, 1},   Kind{"BOOL", Type::U8, 1},
    Kind{"U16", Type::U16, 2},  Kind{"I16", Type::I16, 2}, Kind{"F16", Type::F16, 2},
    Kind{"BF16", Type::F32, 2}, Kind{"U32", Type::U32, 4}, Kind{"I32", Type::I32, 4},
    Kind{"F32", Type::F32, 4},  Kind{"U64", Type::U64, 8}, Kind{"I64", Type::I64, 8},
    Kind{"F64", Type::F64, 8},
};

struct Entry {
  std::string name;
  const Kind* kind = nullptr;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

Error corrupt(std::string message, std::string_view name) {
  return Error(ErrorCode::DataCorrupt, std::move(message)).at(std::string(name));
}

// A list of whole numbers that are not negative, or nothing.
std::optional<std::vector<std::size_t>> numbers(const Json& object, const char* key,
                                                std::size_t most) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->size() > most) {
    return std::nullopt;
  }
  std::vector<std::size_t> values;
  for (const auto& value : *found) {
    if (!value.is_number_unsigned()) {
      return std::nullopt;
    }
    values.push_back(value.get<std::size_t>());
  }
  return values;
}

Result<Entry> read_entry(const std::string& key, const Json& facts, std::size_t data_size,
                         std::string_view name) {
  const std::string tensor = "tensor \"" + key + "\"";
  if (!facts.is_object()) {
    return corrupt(tensor + " is not described", name);
  }
  OSLER_TRY(const std::string type, json_string(facts, "dtype"));
  const auto* kind = std::ranges::find(kKinds, type, &Kind::name);
  if (kind == kKinds.end()) {
    return Error(ErrorCode::NotSupported, tensor + " has the element type \"" + type + "\"")
        .at(std::string(name))
        .hint("save it as F32");
  }
  auto shape = numbers(facts, "shape", kDimensions);
  const auto offsets = numbers(facts, "data_offsets", 2);
  if (!shape || !offsets || offsets->size() != 2) {
    return corrupt(tensor + " lacks a shape or offsets", name);
  }
  Entry entry{key, kind, *std::move(shape), offsets->at(0), offsets->at(1)};
  if (entry.begin > entry.end || entry.end > data_size) {
    return corrupt(tensor + " lies outside the file", name);
  }
  std::size_t bytes = 0;
  const auto count = element_count(entry.shape);
  if (!count || __builtin_mul_overflow(*count, kind->size, &bytes) ||
      bytes != entry.end - entry.begin) {
    return corrupt(tensor + " has another size than its shape says", name);
  }
  return entry;
}

Result<std::vector<Entry>> read_entries(const Json& header, std::size_t data_size,
                                        std::string_view name) {
  if (!header.is_object()) {
    return corrupt("its header is not a JSON object", name);
  }
  std::vector<Entry> entries;
  for (const auto& [key, facts] : header.items()) {
    if (key != "__metadata__") {
      OSLER_TRY(Entry entry, read_entry(key, facts, data_size, name));
      entries.push_back(std::move(entry));
    }
  }
  std::ranges::sort(entries, {},
                    [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
  std::size_t reached = 0;
  for (const auto& entry : entries) {
    if (entry.begin != reached) {
      return corrupt("its tensors overlap or leave holes", name);
    }
    reached = entry.end;
  }
  if (reached != data_size) {
    return corrupt("holds bytes that belong to no tensor", name);
  }
  return entries;
}

// bfloat16 is the upper half of a float.
Bytes widen_bfloat16(BytesView data) {
  Bytes wide(data.size() * 2);
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(i), 2,
                wide.begin() + static_cast<std::ptrdiff_t>(2 * i + 2));
  }
  return wide;
}

}  // namespace

Result<std::map<std::string, Array>> parse_safetensors(BytesView bytes, std::string_view name) {
  if (bytes.size() < 8) {
    return corrupt("not a safetensors file", name);
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > bytes.size() - 8) {
    return corrupt("not a safetensors file, or cut off in its header", name);
  }
  if (length > kHeaderLimit) {
    return Error(ErrorCode::NotSupported, "its header is over 100 MB").at(std::string(name));
  }
  const BytesView data = bytes.subspan(8 + length);
  OSLER_TRY(const Json header,
            parse_json(as_text(bytes.subspan(8, length)), name, {.bytes = length, .depth = 4}));
  auto entries = read_entries(header, data.size(), name);
  if (!entries) {
    return std::move(entries).error().at(std::string(name));
  }
  std::map<std::string, Array> tensors;
  for (auto& entry : *entries) {
    const BytesView part = data.subspan(entry.begin, entry.end - entry.begin);
    Bytes own = entry.kind->name == "BF16" ? widen_bfloat16(part) : Bytes(part.begin(), part.end());
    tensors.emplace(std::move(entry.name),
                    Array{entry.kind->type, std::move(entry.shape), std::move(own)});
  }
  return tensors;
}

Result<std::map<std::string, Array>> read_safetensors(const std::filesystem::path& path) {
  OSLER_TRY(const Bytes bytes, read_file(path));
  return parse_safetensors(bytes, path.string());
}

}  // namespace osler::arrays
