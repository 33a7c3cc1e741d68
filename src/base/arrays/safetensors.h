#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/arrays/array.h"
#include "base/result.h"

namespace osler::arrays {

// The tensors of a .safetensors file by name: 8 bytes with the header's length (little-endian), a
// JSON header, then the data without holes or overlaps.
// DataCorrupt: cut off, a header that is not such JSON, offsets outside the data, overlapping or
// leaving holes, or not matching type and shape. NotSupported: a header over 100 MB, or an element
// type other than U8, I8, U16, I16, U32, I32, U64, I64, F16, F32, F64, BOOL, BF16 (BF16 becomes
// F32, BOOL becomes U8). Source: the format section of huggingface/safetensors' README.
[[nodiscard]] Result<std::map<std::string, Array>> parse_safetensors(BytesView bytes,
                                                                     std::string_view name);
[[nodiscard]] Result<std::map<std::string, Array>> read_safetensors(
    const std::filesystem::path& path);

}  // namespace osler::arrays
