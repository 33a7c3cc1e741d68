#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/io/internal/element.h"

namespace osler::dicom::deidentify {

// The outermost data set of a scanned object, asked by tag.
class Header {
 public:
  // Both must outlive it. `data`: what the table's offsets point into.
  Header(const io::Scanned& scanned, BytesView data) : scanned_(scanned), data_(data) {}

  [[nodiscard]] const io::Scanned& scanned() const { return scanned_; }
  [[nodiscard]] const std::vector<io::Element>& table() const { return scanned_.table; }
  [[nodiscard]] BytesView data() const { return data_; }
  [[nodiscard]] BytesView value(const io::Element& element) const {
    return data_.subspan(element.offset, element.length);
  }

  // The first element of that tag; null: absent.
  [[nodiscard]] const io::Element* find(io::Tag tag) const;
  // Its value without blanks around it; empty: absent.
  [[nodiscard]] std::string_view text(io::Tag tag) const;
  [[nodiscard]] std::optional<unsigned> number16(io::Tag tag) const;
  // Code Value of each item of a sequence whose coding scheme is DCM.
  [[nodiscard]] std::vector<std::string> dcm_codes(io::Tag sequence) const;

 private:
  const io::Scanned& scanned_;
  BytesView data_;
};

// Does the element hold items, whatever representation is written?
[[nodiscard]] bool is_sequence(const Header& header, std::size_t row);
// Was its length, or an item's, left open? Then a delimiter ends it.
[[nodiscard]] bool has_undefined_length(const Header& header, const io::Element& element);

// Why the pixels of the object could hold text; empty: nothing says so. Read from the header alone.
[[nodiscard]] std::string burned_in_reason(const Header& header);

}  // namespace osler::dicom::deidentify
