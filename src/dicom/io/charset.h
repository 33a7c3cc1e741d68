#pragma once

#include <span>
#include <string>
#include <string_view>

namespace osler::dicom::io {

// Which bytes end a value or a name's part, where code extensions fall back to the first set
// (PS3.5 section 6.1.2.5.3).
enum class TextKind : unsigned char { Single, Values, Name };

// Text of a data element as UTF-8, by the values of Specific Character Set (0008,0005): every
// defined term of PS3.3 C.12.1.1.2, with and without ISO 2022 code extensions. Bytes that mean
// nothing in the set become U+FFFD; nothing is lost silently and nothing fails. Trailing blanks and
// nulls go.
//
//   character_sets  as declared, in order; empty: the default repertoire. Bytes above 127 under the
//                   default repertoire are read as UTF-8 where they are valid, else as Latin-1.
[[nodiscard]] std::string to_utf8(std::string_view raw, std::span<const std::string> character_sets,
                                  TextKind kind = TextKind::Values);

}  // namespace osler::dicom::io
