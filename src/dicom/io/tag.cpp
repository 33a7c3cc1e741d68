#include "dicom/io/tag.h"

#include <array>
#include <cstdio>

namespace osler::dicom::io {

std::string to_string(Tag tag) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "(%04x,%04x)", tag.group, tag.element);
  return text.data();
}

}  // namespace osler::dicom::io
