#include "dicom/deidentify/internal/header.h"

#include <algorithm>

#include "dicom/deidentify/internal/values.h"

namespace osler::dicom::deidentify {

using io::Element;
using io::Tag;
using io::vr;

const Element* Header::find(Tag tag) const {
  for (std::size_t row = 0; row < table().size(); row = table()[row].end) {
    if (table()[row].tag == tag) {
      return &table()[row];
    }
  }
  return nullptr;
}

std::string_view Header::text(Tag tag) const {
  const Element* element = find(tag);
  return element == nullptr ? std::string_view() : plain(as_text(value(*element)));
}

std::optional<unsigned> Header::number16(Tag tag) const {
  const Element* element = find(tag);
  if (element == nullptr || element->length < 2) {
    return std::nullopt;
  }
  return io::load16(data_, element->offset, scanned_.scan.big_endian);
}

std::vector<std::string> Header::dcm_codes(Tag sequence) const {
  std::vector<std::string> codes;
  const Element* element = find(sequence);
  if (element == nullptr) {
    return codes;
  }
  for (auto row = static_cast<std::size_t>(element - table().data()) + 1; row < element->end;) {
    std::string_view code;
    std::string_view scheme;
    const std::size_t end = table()[row].end;
    for (++row; row < end; row = table()[row].end) {
      if (table()[row].tag == Tag{0x0008, 0x0100}) {
        code = plain(as_text(value(table()[row])));
      } else if (table()[row].tag == Tag{0x0008, 0x0102}) {
        scheme = plain(as_text(value(table()[row])));
      }
    }
    if (scheme == "DCM") {
      codes.emplace_back(code);
    }
  }
  return codes;
}

bool is_sequence(const Header& header, std::size_t row) {
  const Element& element = header.table()[row];
  return element.vr == vr("SQ") || (element.end > row + 1 && element.tag != io::kPixelData);
}

bool has_undefined_length(const Header& header, const Element& element) {
  // The length stands right before the value, whatever the header's form.
  return element.offset >= 4 && io::load32(header.data(), element.offset - 4, false) == 0xFFFFFFFF;
}

}  // namespace osler::dicom::deidentify
