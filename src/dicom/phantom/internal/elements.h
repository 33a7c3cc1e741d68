#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace osler::dicom::phantom {

using Tag = std::uint32_t;  // group << 16 | element

// A data set that is only ever written: elements in the order of their tags, values as bytes.
// The phantom has a writer of its own so that what the readers are tested on does not come from
// them.
class Elements {
 public:
  // Text of any kind, several values joined by backslashes; padded to an even length.
  void text(Tag tag, std::string_view vr, std::string value);
  void number(Tag tag, std::uint16_t value);  // US
  void words(Tag tag, std::string_view vr, const std::vector<std::uint16_t>& values);
  void sequence(Tag tag, std::vector<Elements> items);
  // Pixel data in one fragment, for a compressed transfer syntax.
  void fragment(Tag tag, const Bytes& frame);

  enum class Encoding : std::uint8_t { ImplicitLittle, ExplicitLittle };
  void write(Encoding encoding, Bytes& out) const;

 private:
  struct Element {
    std::string vr;
    Bytes value;
    std::vector<Elements> items;
    bool encapsulated = false;
  };
  std::map<Tag, Element> elements_;
};

// Preamble, file meta information and data set (PS3.10 §7).
[[nodiscard]] Bytes part10(const Elements& data_set, std::string_view sop_class,
                           std::string_view sop_instance, std::string_view transfer_syntax);

// ISO/IEC 10918-1 process 14, selection value 1: the only lossless JPEG that PACS all read.
// samples [height, width], each below 2^bits; bits 2 to 16.
[[nodiscard]] Bytes encode_jpeg_lossless(const std::vector<std::uint16_t>& samples, int width,
                                         int height, int bits);
// ISO/IEC 15444-1 code stream, reversible, one tile.
[[nodiscard]] Bytes encode_jpeg2000(const std::vector<std::uint16_t>& samples, int width,
                                    int height, int bits);

}  // namespace osler::dicom::phantom
