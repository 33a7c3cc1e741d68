#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace osler::dicom::io {

// The name of a data element: (group,element).
struct Tag {
  std::uint16_t group = 0;
  std::uint16_t element = 0;

  auto operator<=>(const Tag&) const = default;
  [[nodiscard]] bool is_private() const { return (group & 1U) != 0; }
};

// "(0028,0010)".
[[nodiscard]] std::string to_string(Tag tag);

}  // namespace osler::dicom::io
